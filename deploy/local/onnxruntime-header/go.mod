module call-agent/deploy/local/onnxruntime-header

go 1.26

// Only for onnxruntime_c_api.h: the wheel with the library has no header. Nothing of it is compiled.
require github.com/yalue/onnxruntime_go v1.27.0
