//! Leaves out the spaces, line ends and comments of modules and styles that mean nothing: a twentieth of what a first
//! visit loads of the page's own code.
//!
//! Strings, expressions of patterns and texts stay as they are. In the markup of a tag `html`, which drops line ends
//! itself, one line end stays of each indentation. A line end stays wherever a statement may end there.

/// The module without what means nothing. An unfinished string, text or pattern is an error: the file was misread.
pub fn code(text: &str) -> Result<String, String> {
    let mut reader = Reader { left: text, out: String::with_capacity(text.len()), gap: Gap::None };
    match reader.code()? {
        End::File => Ok(reader.out),
        End::Brace => Err(reader.wrong("a `}` that closes nothing")),
    }
}

/// A style without the spaces and line ends that mean nothing.
pub fn style(text: &str) -> String {
    let mut out = String::new();
    for line in text.lines().map(str::trim) {
        let joins = out.is_empty() || out.ends_with(['{', '}', ';', ',']);
        if !joins {
            out.push(' ');
        }
        // A colon with a space behind it stands in declarations and conditions, and in no text of ours.
        out.push_str(&line.replace(": ", ":").replace(" {", "{"));
    }
    out
}

/// The space between the last token that was written and the next one.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Gap {
    None,
    Space,
    Line,
}

/// The end of a piece of code.
enum End {
    File,
    /// The brace of an expression in a text.
    Brace,
}

struct Reader<'a> {
    left: &'a str,
    out: String,
    gap: Gap,
}

/// A pattern follows behind one of these; behind any other word or sign `/` divides.
const BEFORE_PATTERN: [&str; 9] = ["return", "typeof", "case", "in", "of", "await", "else", "throw", "void"];

fn is_word(c: char) -> bool {
    c.is_alphanumeric() || c == '_' || c == '$'
}

impl Reader<'_> {
    fn wrong(&self, what: &str) -> String {
        let rest: String = self.left.chars().take(60).collect();
        format!("{what} before: {rest}")
    }

    fn next(&mut self) -> Option<char> {
        let c = self.left.chars().next()?;
        self.left = &self.left[c.len_utf8()..];
        Some(c)
    }

    /// Writes the next character as it is.
    fn take(&mut self) -> Option<char> {
        let c = self.next()?;
        self.out.push(c);
        Some(c)
    }

    /// Reads to the end of the file, or of the expression in a text.
    fn code(&mut self) -> Result<End, String> {
        let mut depth = 0;
        while let Some(c) = self.left.chars().next() {
            match c {
                ' ' | '\t' | '\r' => self.skip(1, Gap::Space),
                '\n' => self.skip(1, Gap::Line),
                '/' if self.left.starts_with("//") => {
                    self.skip(self.left.find('\n').unwrap_or(self.left.len()), Gap::None)
                }
                '/' if self.left.starts_with("/*") => {
                    let end = self.left.find("*/").ok_or_else(|| self.wrong("an unfinished comment"))?;
                    self.skip(end + 2, Gap::Space);
                }
                '/' if self.is_pattern() => self.pattern()?,
                '\'' | '"' => self.string(c)?,
                '`' => self.text()?,
                '}' if depth == 0 => return Ok(End::Brace),
                _ => {
                    depth += i32::from(c == '{') - i32::from(c == '}');
                    self.begin(c);
                    self.take();
                }
            }
        }
        Ok(End::File)
    }

    fn skip(&mut self, bytes: usize, gap: Gap) {
        self.left = &self.left[bytes..];
        self.gap = self.gap.max(gap);
    }

    /// Writes the space before a token if it means something.
    fn begin(&mut self, next: char) {
        let gap = std::mem::replace(&mut self.gap, Gap::None);
        let Some(last) = self.out.chars().next_back() else { return };
        let joins = |c: char, all: &str| all.contains(c);
        match gap {
            Gap::None => {}
            // A statement never ends behind these, and never begins with those.
            Gap::Line if joins(last, "{([,;:?=&|<>") || joins(next, ")]},;:?.=&|<>") => {}
            Gap::Line => self.out.push('\n'),
            Gap::Space if is_word(last) && is_word(next) => self.out.push(' '),
            // `a + +b`, `a / /b/`, `1 .toFixed()`.
            Gap::Space if last == next && joins(last, "+-") => self.out.push(' '),
            Gap::Space if last == '/' || next == '/' || (last.is_ascii_digit() && next == '.') => self.out.push(' '),
            Gap::Space => {}
        }
    }

    fn is_pattern(&self) -> bool {
        let before = self.out.trim_end();
        let word = before.rsplit(|c| !is_word(c)).next().unwrap_or_default();
        if word.is_empty() {
            return !before.ends_with([')', ']', '\'', '"', '`']) && !before.ends_with("++") && !before.ends_with("--");
        }
        BEFORE_PATTERN.contains(&word) && !before[..before.len() - word.len()].ends_with('.')
    }

    fn pattern(&mut self) -> Result<(), String> {
        self.begin('/');
        self.take();
        let mut in_class = false;
        while let Some(c) = self.take() {
            match c {
                '\n' => break,
                '\\' => drop(self.take()),
                '[' => in_class = true,
                ']' => in_class = false,
                '/' if !in_class => return Ok(()),
                _ => {}
            }
        }
        Err(self.wrong("an unfinished pattern"))
    }

    fn string(&mut self, mark: char) -> Result<(), String> {
        self.begin(mark);
        self.take();
        while let Some(c) = self.take() {
            match c {
                '\n' => break,
                '\\' => drop(self.take()),
                _ if c == mark => return Ok(()),
                _ => {}
            }
        }
        Err(self.wrong("an unfinished string"))
    }

    /// A text between backticks, with the expressions in it.
    fn text(&mut self) -> Result<(), String> {
        self.begin('`');
        let is_markup = self.out.strip_suffix("html").is_some_and(|before| !before.ends_with(is_word));
        self.take();
        while let Some(c) = self.next() {
            match c {
                '`' => {
                    self.out.push(c);
                    return Ok(());
                }
                '\\' => {
                    self.out.push(c);
                    self.take();
                }
                '$' if self.left.starts_with('{') => {
                    self.next();
                    self.out.push_str("${");
                    match self.code()? {
                        End::Brace => self.next(),
                        End::File => return Err(self.wrong("an unfinished expression in a text")),
                    };
                    self.gap = Gap::None;
                    self.out.push('}');
                }
                '\n' if is_markup => {
                    self.out.truncate(self.out.trim_end_matches([' ', '\t']).len());
                    self.left = self.left.trim_start_matches([' ', '\t', '\n']);
                    self.out.push('\n');
                }
                _ => self.out.push(c),
            }
        }
        Err(self.wrong("an unfinished text"))
    }
}

#[cfg(test)]
mod tests {
    use super::{code, style};

    #[test]
    fn spaces_go_where_they_mean_nothing() {
        let text = "const a = async (b) => {\n  return b ? c : typeof d; // why\n};\nlet x = 1\nlet y = 2\n";
        let dense = "const a=async(b)=>{return b?c:typeof d;};let x=1\nlet y=2";
        assert_eq!(code(text).unwrap(), dense);
        assert_eq!(code("a\n  .b()\n  || c\n++d\n").unwrap(), "a.b()||c\n++d");
        assert_eq!(code("a + +b - -c; 1 .toFixed()").unwrap(), "a+ +b- -c;1 .toFixed()");
        assert_eq!(code("a()\n/* why */\nb()").unwrap(), "a()\nb()");
    }

    #[test]
    fn strings_patterns_and_texts_stay() {
        for kept in [
            "a('  // it\\'s  ')",
            "a=/[/ ]  \"\\//u.test(b)",
            "return/ {2}/",
            "a=`  b\n  ${c}  d`",
            "x=`${a?`  ${b}`:{c:1}.c}  `",
            "(a) / b",
        ] {
            assert_eq!(code(kept).unwrap(), kept);
        }
        assert_eq!(code("(a + b) / 2 / c").unwrap(), "(a+b) / 2 / c");
        assert_eq!(code("a++ / b.of / '/'").unwrap(), "a++ / b.of / '/'");
        assert_eq!(code("a = b\n  ? /  '/\n  : `${ c + d }`").unwrap(), "a=b? /  '/:`${c+d}`");
    }

    #[test]
    fn markup_keeps_one_line_end_of_an_indentation() {
        let text = "html`<p\n    class=${ a }\n  >\n\n    two  words\n  </p>`";
        assert_eq!(code(text).unwrap(), "html`<p\nclass=${a}\n>\ntwo  words\n</p>`");
        assert_eq!(code("nohtml`a\n  b`").unwrap(), "nohtml`a\n  b`");
    }

    #[test]
    fn a_misread_file_is_an_error() {
        for wrong in ["'a", "a = /b", "`a", "`${a`", "}", "/* a"] {
            assert!(code(wrong).is_err(), "{wrong}");
        }
    }

    #[test]
    fn a_style_loses_its_spaces_and_keeps_those_of_its_values() {
        let text = ".a > .b,\n.c {\n  margin: 0 1px;\n  grid-area:\n    1 / 2;\n}\n@media (width < 9px) {\n  .d { color: red; }\n}\n";
        let dense = ".a > .b,.c{margin:0 1px;grid-area: 1 / 2;}@media (width < 9px){.d{ color:red; }}";
        assert_eq!(style(text), dense);
    }
}
