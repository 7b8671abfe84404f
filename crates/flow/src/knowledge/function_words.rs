//! Lists the words that say nothing about the subject of a question, in the languages of `model::answer`.
//!
//! A question is searched without them: among twenty parts, *how* and *you* would otherwise count as much as the subject.
//! Our own lists: those of search engines leave out *open*, *call* and *long*, which customers of a shop ask about.

/// The words of a language without accents, separated by blanks; `None`: no list.
pub(super) fn of(language: &str) -> Option<&'static str> {
    match language {
        "de" => Some(GERMAN),
        "en" => Some(ENGLISH),
        "es" => Some(SPANISH),
        "fr" => Some(FRENCH),
        "it" => Some(ITALIAN),
        "pt" => Some(PORTUGUESE),
        _ => None,
    }
}

/// Greetings of two words, without accents: `noite` of *boa noite* asks for no night.
pub(super) const GREETINGS: [[&str; 2]; 17] = [
    ["good", "morning"],
    ["good", "afternoon"],
    ["good", "evening"],
    ["good", "night"],
    ["buenos", "dias"],
    ["buenas", "tardes"],
    ["buenas", "noches"],
    ["bom", "dia"],
    ["boa", "tarde"],
    ["boa", "noite"],
    ["bonne", "journee"],
    ["bonne", "soiree"],
    ["guten", "morgen"],
    ["guten", "abend"],
    ["gute", "nacht"],
    ["buona", "sera"],
    ["buona", "notte"],
];

const ENGLISH: &str = "a about also am an and any are as at be been but by can could did do does doing for from get got had \
    has have having hello hey hi how i if im in into is it its just know like many may me might much my need of on or our out \
    please shall she should so some tell than thank thanks that the their them then there these they this those to us \
    want was we were what whats when where which who whose why will with would you your yours";

const SPANISH: &str = "a al algo algun alguna algunos ante aqui asi buenas buenos como con cual cuales cuando cuanta \
    cuantas cuanto cuantos de del desde dia dias donde e el ella ellos en entre era eres es esa ese eso esta estan estas \
    este esto estos estoy favor fue gracias ha hace hacen han hasta hay hola la las le les lo los mas me mi mis muy ni no \
    nos o os para pero por porque pueda puede pueden puedo que quien quiero quisiera saber se sea ser si sin sobre son soy \
    su sus tambien te tener tengo ti tiene tienen toda todas todo todos tu tus u un una uno unos usted ustedes y ya yo";

const PORTUGUESE: &str = "a ao aos as ate bem boa bom com como da das de dela dele delas deles do dos e ela elas ele eles \
    em entre era essa esse esta estao estou eu favor foi gostaria ha isso isto ja la lhe mais mas me meu meus minha muito \
    na nao nas nem no nos nossa nosso o obrigada obrigado oi ola onde os ou para pela pelas pelo pelos pode podem por \
    porque posso qual quais quando quanta quantas quanto quantos que quem quero se sem ser seu seus sim so sobre sou sua \
    suas tambem te tem tenho ter toda todas todo todos tudo um uma umas uns voce voces";

const FRENCH: &str = "a ai as au aux avec avez avoir avons bien bonjour c ce cela ces cet cette combien comme comment d \
    dans de des du elle elles en es est et etes etre eu faut fait il ils j je l la le les leur leurs lui m ma mais me merci \
    mes moi mon n ne nos notre nous on ont ou par pas peut peux plait plus pour pourquoi pouvez puis qu quand que quel \
    quelle quelles quels qui quoi s sa salut sans se ses si sil son sont suis sur t ta te tes toi ton tous tout tu un une \
    va veux vos votre voudrais vous y";

const ITALIAN: &str = "a ad agli ai al alla alle allo anche avere avete c che chi ci ciao come con cosa cui d da dagli dai \
    dal dalla dalle degli dei del dell della delle dello di dove e ed era essere fa favore gli grazie ha hai hanno ho i il \
    in io l la le lei li lo loro lui ma me mi mia mie miei mio ne negli nei nel nella nelle no noi non nostra nostro o per \
    perche piu posso potete potrei puo qual quale quali quando quanta quante quanti quanto quella quello questa questo \
    salve se sei si sia siete sono su sua sue sugli sul sulla suo suoi tu tua tuo tutti un una uno vi voglio voi vorrei";

const GERMAN: &str = "ab aber als also am an auch auf aus bei beim bin bis bist bitte da dann danke das dass dein deine dem \
    den denn der des die dies diese dieser dieses doch du ein eine einem einen einer eines er es etwas euch euer eure fur \
    gibt guten habe haben habt hallo hat hatte hatten ich ihm ihn ihnen ihr ihre ihren im in ins ist ja kann kannst konnen \
    konnt konnte man mein meine mich mir mit mochte moin muss nach nicht noch nun nur ob oder schon sein seine sich sie \
    sind so soll tag uber um und uns unser unsere vom von vor wann war waren warum was welche welcher welches wem wen wenn \
    wer werde werden wie wieviel will wir wird wo wurde zu zum zur";
