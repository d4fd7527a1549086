#include <algorithm>
#include <array>
#include <cctype>
#include <string>
#include <utility>

#include "agent/phrases.h"

// What the agent says of its own accord, in the languages we have it in.
namespace call_agent::agent {
namespace {

using Translation = std::pair<std::string_view, Phrases>;

const std::array<Translation, 6>& translations() {
  static const std::array<Translation, 6> all{{
      {"de",
       {.still_there = "Hallo, sind Sie noch da?",
        .nobody_there = "Ich höre niemanden und lege jetzt auf. Auf Wiederhören.",
        .say_again = "Entschuldigung, das habe ich nicht verstanden. Könnten Sie es wiederholen?",
        .one_moment = "Entschuldigung, einen Moment bitte.",
        .please_wait = "Einen Moment, bitte.",
        .trouble = "Es tut mir leid, ich habe eine technische Störung und muss auflegen. Auf Wiederhören.",
        .time_is_up = "Es tut mir leid, ich muss das Gespräch jetzt beenden. Vielen Dank und auf Wiederhören.",
        .goodbye = "Vielen Dank. Auf Wiederhören."}},
      {"es",
       {.still_there = "Hola, ¿sigue ahí?",
        .nobody_there = "No oigo a nadie, así que voy a colgar. Adiós.",
        .say_again = "Perdone, no le he entendido. ¿Podría repetirlo?",
        .one_moment = "Perdone, un momento, por favor.",
        .please_wait = "Un momento, por favor.",
        .trouble = "Lo siento, tengo un problema técnico y debo colgar. Adiós.",
        .time_is_up = "Lo siento, tengo que terminar la llamada. Gracias y adiós.",
        .goodbye = "Gracias. Adiós."}},
      {"fr",
       {.still_there = "Allô, vous êtes toujours là ?",
        .nobody_there = "Je n'entends personne, je vais donc raccrocher. Au revoir.",
        .say_again = "Pardon, je n'ai pas compris. Pourriez-vous répéter ?",
        .one_moment = "Pardon, un instant, s'il vous plaît.",
        .please_wait = "Un instant, s'il vous plaît.",
        .trouble = "Je suis désolé, j'ai un problème technique et je dois raccrocher. Au revoir.",
        .time_is_up = "Je suis désolé, je dois terminer l'appel. Merci et au revoir.",
        .goodbye = "Merci. Au revoir."}},
      {"it",
       {.still_there = "Pronto, è ancora in linea?",
        .nobody_there = "Non sento nessuno, quindi riaggancio. Arrivederci.",
        .say_again = "Mi scusi, non ho capito. Può ripetere?",
        .one_moment = "Mi scusi, un momento, per favore.",
        .please_wait = "Un momento, per favore.",
        .trouble = "Mi dispiace, ho un problema tecnico e devo riagganciare. Arrivederci.",
        .time_is_up = "Mi dispiace, devo terminare la chiamata. Grazie e arrivederci.",
        .goodbye = "Grazie. Arrivederci."}},
      {"nl",
       {.still_there = "Hallo, bent u er nog?",
        .nobody_there = "Ik hoor niemand, dus ik hang nu op. Tot ziens.",
        .say_again = "Sorry, dat heb ik niet verstaan. Kunt u het herhalen?",
        .one_moment = "Sorry, een ogenblik alstublieft.",
        .please_wait = "Een ogenblik, alstublieft.",
        .trouble = "Het spijt me, ik heb een technisch probleem en moet ophangen. Tot ziens.",
        .time_is_up = "Het spijt me, ik moet het gesprek nu beëindigen. Dank u wel en tot ziens.",
        .goodbye = "Dank u wel. Tot ziens."}},
      {"pt",
       {.still_there = "Olá, ainda está aí?",
        .nobody_there = "Não ouço ninguém, por isso vou desligar. Adeus.",
        .say_again = "Desculpe, não percebi. Pode repetir?",
        .one_moment = "Desculpe, um momento, por favor.",
        .please_wait = "Um momento, por favor.",
        .trouble = "Lamento, tenho um problema técnico e preciso de desligar. Adeus.",
        .time_is_up = "Lamento, tenho de terminar a chamada. Obrigado e adeus.",
        .goodbye = "Obrigado. Adeus."}},
  }};
  return all;
}

}  // namespace

Phrases phrases_in(std::string_view language) {
  std::string primary(language.substr(0, language.find('-')));
  std::ranges::transform(primary, primary.begin(), [](unsigned char c) { return std::tolower(c); });
  const auto* found = std::ranges::find(translations(), primary, &Translation::first);
  return found == translations().end() ? Phrases{} : found->second;
}

}  // namespace call_agent::agent
