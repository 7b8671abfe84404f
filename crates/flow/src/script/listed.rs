//! Lists all functions of expressions, each with an example that a test runs; the reference and the completion use it.

/// A function, ours or one of Rhai.
#[derive(Debug, Clone, Copy)]
pub struct Function {
    /// The call as written: `text.replace(from, to)`.
    pub call: &'static str,
    pub help: &'static str,
    pub example: &'static str,
    /// The result of the example: a text as printed, lists and maps as JSON.
    pub gives: &'static str,
}

impl Function {
    pub fn name(&self) -> &'static str {
        let head = self.call.split('(').next().unwrap_or_default();
        head.rsplit('.').next().unwrap_or_default()
    }

    /// True if it is written behind a value and a dot.
    pub fn is_method(&self) -> bool {
        self.call.split('(').next().is_some_and(|head| head.contains('.'))
    }
}

macro_rules! functions {
    ($($call:literal, $help:literal, $example:literal => $gives:literal;)*) => {
        /// In the order of the reference: time, texts, numbers, lists, maps.
        pub const FUNCTIONS: &[Function] =
            &[$(Function { call: $call, help: $help, example: $example, gives: $gives }),*];
    };
}

functions! {
    "missing(value)", "Nothing is there.", "missing(contact.email)" => "true";
    "title(answer)", "What the contact was shown for the answer to a question with `options`, in the contact's language; of `yesno` the words on its buttons.", "title(size)" => "Grande";

    "now()", "This moment, in the bot's zone.", "now()" => "2026-03-28T13:00:00+01:00";
    "today()", "The date on the contact's clock.", "today()" => "2026-03-28";
    "date(text)", "A date from a text; nothing when it is none.", r#"date("2026-12-24")"# => "2026-12-24";
    "time(text)", "A time of day from a text.", r#"time("09:30")"# => "09:30";
    "datetime(text)", "A moment as servers write it; without a zone it is in the bot's.", r#"datetime("2026-12-24T18:00")"# => "2026-12-24T18:00:00+01:00";
    "seconds(number)", "A length of time, to add and to compare.", "now() + seconds(30)" => "2026-03-28T13:00:30+01:00";
    "minutes(number)", "A length of time; of one, its whole minutes.", "(now() + minutes(90)).time" => "14:30";
    "hours(number)", "A length of time; `.hours` of one are its whole hours. Added to a moment, 24 of them are a day.", "(now() - (now() - hours(50))).hours" => "50";
    "days(number)", "A length of time. Whole days, `hours(24)` too, keep the time on the clock when clocks change.", "today() + days(60)" => "2026-05-27";
    "date.at(time)", "A date with its time, on the contact's clock; `at(time, \"bot\")`: on the bot's, where the business is.", r#"date("2026-12-24").at("18:00", "bot")"# => "2026-12-24T18:00:00+01:00";
    "date.format(pattern)", "By a pattern: `EEEE` Monday, `EEE` Mon, `d` 3, `dd` 03, `MMMM` March, `MM`, `yyyy`, `HH:mm`; letters in single quotes stand as they are; names in the contact's language.", r#"today().format("EEEE d 'de' MMMM")"# => "sábado 28 de marzo";
    "date.format(style)", "As each language writes it: `full` Friday, November 27, 2026, `long` without the weekday, `medium` Nov 27, 2026, `day` without the year. A moment has its time behind it.", r#"today().format("full")"# => "sábado, 28 de marzo de 2026";
    "number.format(decimals)", "With so many decimals, as the contact's language writes numbers; `money` writes prices.", "(1234.5).format(2)" => "1.234,50";
    "datetime.local()", "The same moment on the contact's clock.", r#"now().local().format("HH:mm")"# => "06:00";

    "hours.slots(day, every)", "The times of a day, on the clock of the hours, at which something can begin: so often from each opening on, over before they close, and not yet passed. A third value is how long it lasts: `slots(day, minutes(30), hours(1))`.", "hours.shop.slots(today(), minutes(90)).join(\", \")" => "13:30, 16:00";
    "hours.contains(moment)", "They are open at that moment; of a date, at some time of that day.", "hours.shop.contains(now())" => "true";

    "text.upper()", "In capitals.", r#""hi".upper()"# => "HI";
    "text.to_upper()", "The same as `upper`.", r#""hi".to_upper()"# => "HI";
    "text.make_upper()", "In capitals, in place.", r#"let t = "hi"; t.make_upper(); t"# => "HI";
    "text.lower()", "In small letters.", r#""HI".lower()"# => "hi";
    "text.to_lower()", "The same as `lower`.", r#""HI".to_lower()"# => "hi";
    "text.make_lower()", "In small letters, in place.", r#"let t = "HI"; t.make_lower(); t"# => "hi";
    "text.trim()", "Without blanks at both ends.", r#"" Ana ".trim()"# => "Ana";
    "text.len()", "How many letters; of a list, how many items.", r#""Zoë".len()"# => "3";
    "text.bytes()", "How many bytes.", r#""Zoë".bytes()"# => "4";
    "text.is_empty()", "It has nothing in it; also of lists, maps and what is missing.", r#""".is_empty()"# => "true";
    "text.contains(part)", "The part stands in it; also of lists and ranges.", r#""blue bike".contains("bike")"# => "true";
    "text.starts_with(part)", "It begins so.", r#""order 7".starts_with("order")"# => "true";
    "text.ends_with(part)", "It ends so.", r#""photo.jpg".ends_with(".jpg")"# => "true";
    "text.replace(from, to)", "With every `from` replaced.", r#""a-b-c".replace("-", " ")"# => "a b c";
    "text.split(by)", "Its parts as a list.", r#""a,b".split(",")"# => r#"["a","b"]"#;
    "text.split_rev(by)", "Its parts from the end.", r#""a,b".split_rev(",")"# => r#"["b","a"]"#;
    "text.is_match(pattern)", "A regular expression matches it.", r#""48213".is_match("^[0-9]{5}$")"# => "true";
    "text.capture(pattern)", "What the first group of a regular expression matched, else what it matched as a whole.", r#""order 48213".capture("order ([0-9]+)")"# => "48213";
    "text.to_number()", "A number from a text, with `.` or `,`; nothing when it is none.", r#""12,5".to_number()"# => "12.5";
    "value.to_text()", "As it prints.", "12.0.to_text() + \"!\"" => "12!";
    "value.to_string()", "The same as `to_text`, for dates, times and numbers.", "today().to_string()" => "2026-03-28";
    "text.sub_string(start, length)", "A part, counted from 0; negative from the end.", r#""invoice".sub_string(0, 2)"# => "in";
    "text.index_of(part)", "Where it stands, from 0; -1 when it does not.", r#""abc".index_of("c")"# => "2";
    "text.pad(length, by)", "Made longer at its end, in place.", r#"let t = "7"; t.pad(3, "."); t"# => "7..";
    "text.crop(start, length)", "Cut to a part, in place.", r#"let t = "abcdef"; t.crop(1, 2); t"# => "bc";
    "text.truncate(length)", "Cut to a length, in place.", r#"let t = "abcdef"; t.truncate(2); t"# => "ab";
    "text.remove(part)", "Without every such part, in place; of a list the item at a place.", r#"let t = "a-b"; t.remove("-"); t"# => "ab";
    "text.chars()", "Its letters, to walk over.", r#"let n = 0; for c in "abc".chars() { n += 1; } n"# => "3";
    "text.to_chars()", "Its letters as a list.", r#""ab".to_chars()"# => r#"["a","b"]"#;
    "text.parse_int()", "A whole number from a text; an error when it is none.", r#""42".parse_int()"# => "42";
    "text.parse_float()", "A number from a text; an error when it is none.", r#""2.5".parse_float()"# => "2.5";

    "money(cents, currency)", "Cents as a price, in the contact's language.", r#"money(123450, "EUR")"# => "1.234,50 €";
    "number.round()", "To the nearest whole number, or to so many digits: `round(2)`.", "2.345.round(2)" => "2.35";
    "number.floor()", "Rounded down.", "2.7.floor()" => "2";
    "number.ceiling()", "Rounded up.", "2.1.ceiling()" => "3";
    "number.int()", "Without its fraction.", "2.7.int()" => "2";
    "number.fraction()", "Only its fraction.", "2.5.fraction()" => "0.5";
    "number.to_int()", "Without its fraction, as a whole number.", "2.7.to_int()" => "2";
    "number.to_float()", "As a number that may have a fraction.", "5.to_float() / 2" => "2.5";
    "number.abs()", "Without its sign.", "(-3).abs()" => "3";
    "number.sign()", "-1, 0 or 1.", "(-3).sign()" => "-1";
    "number.is_zero()", "It is 0.", "0.is_zero()" => "true";
    "number.is_odd()", "It is 1, 3, 5 and so on.", "3.is_odd()" => "true";
    "number.is_even()", "It is 0, 2, 4 and so on.", "3.is_even()" => "false";
    "number.is_nan()", "It is no number, as the root of -1.", "2.5.is_nan()" => "false";
    "number.is_finite()", "It is neither endless nor no number.", "2.5.is_finite()" => "true";
    "number.is_infinite()", "It is endless, as 1.0 / 0.0.", "2.5.is_infinite()" => "false";
    "min(a, b)", "The smaller one.", "min(3, 5)" => "3";
    "max(a, b)", "The larger one.", "max(3, 5)" => "5";
    "range(from, to)", "Whole numbers, the last one left out.", "let sum = 0; for n in range(1, 4) { sum += n; } sum" => "6";
    "range.start()", "Where it begins.", "(1..4).start()" => "1";
    "range.end()", "Where it ends.", "(1..4).end()" => "4";
    "range.is_inclusive()", "It has its end.", "(1..=4).is_inclusive()" => "true";
    "range.is_exclusive()", "It is without its end.", "(1..4).is_exclusive()" => "true";
    "number.sqrt()", "The square root.", "9.0.sqrt()" => "3";
    "number.exp()", "e to this power.", "0.0.exp()" => "1";
    "number.ln()", "The natural logarithm.", "1.0.ln()" => "0";
    "number.log()", "The logarithm to 10, or to a base: `log(2.0)`.", "100.0.log()" => "2";
    "number.hypot(other)", "The long side of a right angle.", "3.0.hypot(4.0)" => "5";
    "PI()", "3.14…", "PI().floor()" => "3";
    "E()", "2.71…", "E().floor()" => "2";
    "number.sin()", "The sine of an angle in radians.", "0.0.sin()" => "0";
    "number.cos()", "The cosine.", "0.0.cos()" => "1";
    "number.tan()", "The tangent.", "0.0.tan()" => "0";
    "number.sinh()", "The hyperbolic sine.", "0.0.sinh()" => "0";
    "number.cosh()", "The hyperbolic cosine.", "0.0.cosh()" => "1";
    "number.tanh()", "The hyperbolic tangent.", "0.0.tanh()" => "0";
    "number.asin()", "The angle of a sine.", "0.0.asin()" => "0";
    "number.acos()", "The angle of a cosine.", "1.0.acos()" => "0";
    "number.atan()", "The angle of a tangent; of two numbers, of their slope.", "0.0.atan()" => "0";
    "number.asinh()", "The opposite of `sinh`.", "0.0.asinh()" => "0";
    "number.acosh()", "The opposite of `cosh`.", "1.0.acosh()" => "0";
    "number.atanh()", "The opposite of `tanh`.", "0.0.atanh()" => "0";
    "number.to_degrees()", "Degrees from radians.", "0.0.to_degrees()" => "0";
    "number.to_radians()", "Radians from degrees.", "0.0.to_radians()" => "0";
    "number.to_hex()", "In base 16.", "255.to_hex()" => "ff";
    "number.to_octal()", "In base 8.", "8.to_octal()" => "10";
    "number.to_binary()", "In base 2.", "5.to_binary()" => "101";
    "number.bits()", "Its bits, to walk over.", "let ones = 0; for bit in 5.bits(0, 8) { if bit { ones += 1; } } ones" => "2";

    "list.map(|item| …)", "A list of what is worked out for each.", "[1, 2].map(|n| n * 10)" => "[10,20]";
    "list.filter(|item| …)", "Those for which it holds.", "[1, 2, 3].filter(|n| n > 1)" => "[2,3]";
    "list.find(|item| …)", "The first for which it holds.", "[1, 2, 3].find(|n| n > 1)" => "2";
    "list.find_map(|item| …)", "What is worked out for the first where that is something.", "[1, 2].find_map(|n| if n > 1 { n * 10 })" => "20";
    "list.some(|item| …)", "It holds for one of them.", "[1, 2].some(|n| n > 1)" => "true";
    "list.all(|item| …)", "It holds for all of them.", "[1, 2].all(|n| n > 1)" => "false";
    "list.reduce(|sum, item| …, start)", "One value made of all.", "[1, 2, 3].reduce(|sum, n| sum + n, 0)" => "6";
    "list.reduce_rev(|sum, item| …, start)", "The same from the end.", r#"["a", "b"].reduce_rev(|sum, t| sum + t, "")"# => "ba";
    "list.for_each(|| …)", "Changes each of them, in place; each is `this`.", "let l = [1, 2]; l.for_each(|| this += 1); l" => "[2,3]";
    "list.join(by)", "All in one text.", r#"["red", "blue"].join(", ")"# => "red, blue";
    "list.sort()", "In order.", "[3, 1, 2].sort()" => "[1,2,3]";
    "list.sort_desc()", "From the largest down, in place.", "let l = [3, 1, 2]; l.sort_desc(); l" => "[3,2,1]";
    "list.sort_by(|a, b| …)", "In an order of one's own, in place: below, at or above 0.", "let l = [3, 1, 2]; l.sort_by(|a, b| b - a); l" => "[3,2,1]";
    "list.order()", "The same as `sort`.", "[3, 1, 2].order()" => "[1,2,3]";
    "list.order_desc()", "A list from the largest down.", "[3, 1, 2].order_desc()" => "[3,2,1]";
    "list.order_by(|a, b| …)", "A list in an order of one's own.", "[3, 1, 2].order_by(|a, b| b - a)" => "[3,2,1]";
    "list.first()", "The first item; nothing when there is none.", "[7, 8].first()" => "7";
    "list.last()", "The last item.", "[7, 8].last()" => "8";
    "list.get(place)", "The item at a place from 0; of a map, by its name.", "[7, 8].get(1)" => "8";
    "list.extract(start, length)", "A part of the list.", "[1, 2, 3].extract(1, 2)" => "[2,3]";
    "list.zip(other, |a, b| …)", "Two lists made into one, item by item.", "[1, 2].zip([3, 4], |a, b| a + b)" => "[4,6]";
    "list.push(item)", "Puts one at the end, in place.", "let l = [1]; l.push(2); l" => "[1,2]";
    "list.append(other)", "Puts another list at the end, in place.", "let l = [1]; l.append([2, 3]); l" => "[1,2,3]";
    "list.insert(place, item)", "Puts one in, in place.", "let l = [1, 3]; l.insert(1, 2); l" => "[1,2,3]";
    "list.set(place, item)", "Changes one, in place.", "let l = [1, 2]; l.set(0, 9); l" => "[9,2]";
    "list.pop()", "Takes the last one out and gives it.", "let l = [1, 2]; l.pop()" => "2";
    "list.shift()", "Takes the first one out and gives it.", "let l = [1, 2]; l.shift()" => "1";
    "list.reverse()", "Turns it round, in place.", "let l = [1, 2]; l.reverse(); l" => "[2,1]";
    "list.dedup()", "Takes repetitions out, in place.", "let l = [1, 1, 2]; l.dedup(); l" => "[1,2]";
    "list.retain(|item| …)", "Keeps those for which it holds, in place.", "let l = [1, 2, 3]; l.retain(|n| n > 1); l" => "[2,3]";
    "list.drain(|item| …)", "Takes those out for which it holds, and gives them.", "let l = [1, 2, 3]; l.drain(|n| n > 1)" => "[2,3]";
    "list.splice(start, length, other)", "Puts a list in the place of a part, in place.", "let l = [1, 2, 3]; l.splice(0, 2, [9]); l" => "[9,3]";
    "list.chop(length)", "Keeps so many at the end, in place.", "let l = [1, 2, 3]; l.chop(2); l" => "[2,3]";
    "list.clear()", "Empties it, in place; also of texts and maps.", "let l = [1]; l.clear(); l" => "[]";

    "map.keys()", "Its names as a list.", "#{a: 1, b: 2}.keys().sort()" => r#"["a","b"]"#;
    "map.values()", "Its values as a list.", "#{a: 1, b: 2}.values().sort()" => "[1,2]";
    "map.mixin(other)", "Takes in all of another map, in place.", "let m = #{a: 1}; m.mixin(#{b: 2}); m" => r#"{"a":1,"b":2}"#;
    "map.fill_with(other)", "Takes in what it has not yet from another map, in place.", "let m = #{a: 1}; m.fill_with(#{a: 9, b: 2}); m" => r#"{"a":1,"b":2}"#;
    "value.to_json()", "As JSON: dates and times are texts, a length of time is its milliseconds. A secret has no JSON.", "#{a: 1, on: today()}.to_json()" => r#"{"a":1,"on":"2026-03-28"}"#;
    "value.to_debug()", "As a programmer would see it.", r#""hi".to_debug()"# => "\"hi\"";
}

macro_rules! parts {
    ($($call:literal, $help:literal, $example:literal => $gives:literal;)*) => {
        /// Properties behind a dot without brackets, of dates, times and spans.
        pub const PARTS: &[Function] =
            &[$(Function { call: $call, help: $help, example: $example, gives: $gives }),*];
    };
}

parts! {
    "answer.text", "What the customer wrote for an answer, all of it; `answer` is the name under `as`. Of a tap the words on the button.", "size.text" => "the large one please";
    "date.weekday", "The day of the week as a number: Monday is 1, Tuesday 2, … Saturday 6, Sunday 7. As a word: `.format(\"EEEE\")`.", "today().weekday" => "6";
    "date.day", "The day of the month, 1 to 31.", "today().day" => "28";
    "date.month", "The month as a number: January is 1, December 12. As a word: `.format(\"MMMM\")`.", "today().month" => "3";
    "date.year", "The year, with four digits.", "today().year" => "2026";
    "datetime.date", "The date of a moment, without its time.", "now().date" => "2026-03-28";
    "datetime.time", "The time of day of a moment, without its date.", "now().time" => "13:00";
    "time.hour", "The hour of a time or moment, 0 to 23.", "now().hour" => "13";
    "time.minute", "The minute of a time or moment, 0 to 59.", "now().minute" => "0";
    "span.days", "The whole days of a length of time, such as the one between two dates.", "(today() - date(\"2026-03-01\")).days" => "27";
    "span.hours", "Its whole hours.", "minutes(150).hours" => "2";
    "span.minutes", "Its whole minutes.", "hours(2).minutes" => "120";
}

/// Functions of Rhai without a use in flows.
#[cfg(test)]
pub const UNLISTED: [&str; 5] = ["to_blob", "debug", "print", "name", "is_anonymous"];
