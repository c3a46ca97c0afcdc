//! Reading a workspace file: limits first, then its form, each complaint with the path inside the file.

use anteroom_sentence::{Sentence, sentence};
use serde_json::error::Category;

use super::file::Workspace;

/// The largest file, in bytes.
pub const MAX_BYTES: usize = 5_000_000;
/// How deep arrays and objects may stand in each other.
pub const MAX_DEPTH: u32 = 32;

/// Why a workspace file does not fit.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub struct Misfit {
    /// The place inside the file, such as `projects[0].clients[2].redirectUris[1]`; empty for the whole file.
    pub path: String,
    /// The rule it breaks, in words.
    pub rule: Sentence,
}

impl Misfit {
    /// A complaint about the value at `path`.
    pub fn new(path: impl Into<String>, rule: Sentence) -> Self {
        Self { path: path.into(), rule }
    }
}

impl From<&Misfit> for Sentence {
    fn from(Misfit { path, rule }: &Misfit) -> Self {
        if path.is_empty() { rule.clone() } else { sentence!("{path}: {rule}", path, rule) }
    }
}

anteroom_sentence::displayed!(Misfit);

impl Workspace {
    /// Reads a workspace file.
    ///
    /// # Errors
    /// When it is larger than [`MAX_BYTES`], deeper than [`MAX_DEPTH`], not JSON, or names a member or a value that the
    /// file does not have.
    pub fn read(file: &[u8]) -> Result<Self, Misfit> {
        if file.len() > MAX_BYTES {
            let rule = sentence!(
                "the file has {found} bytes; at most {max} are read",
                found = file.len(),
                max = MAX_BYTES
            );
            return Err(Misfit::new("", rule));
        }
        if depth(file) > MAX_DEPTH {
            let rule =
                sentence!("arrays and objects stand more than {max} deep in each other", max = MAX_DEPTH);
            return Err(Misfit::new("", rule));
        }
        let mut json = serde_json::Deserializer::from_slice(file);
        let workspace: Self = serde_path_to_error::deserialize(&mut json).map_err(|error| {
            // Where the JSON itself is broken, line and column say more than the path so far.
            let broken = matches!(error.inner().classify(), Category::Syntax | Category::Eof);
            let path = if broken { String::new() } else { error.path().to_string() };
            let rule = Sentence::english(error.into_inner().to_string());
            Misfit::new(if path == "." { String::new() } else { path }, rule)
        })?;
        json.end().map_err(|error| Misfit::new("", Sentence::english(error.to_string())))?;
        Ok(workspace)
    }
}

/// The deepest nesting of arrays and objects, without parsing: brackets inside texts do not count.
pub fn depth(json: &[u8]) -> u32 {
    let (mut depth, mut deepest, mut in_text, mut escaped) = (0_u32, 0, false, false);
    for byte in json {
        match byte {
            _ if escaped => escaped = false,
            b'\\' if in_text => escaped = true,
            b'"' => in_text = !in_text,
            _ if in_text => {}
            b'[' | b'{' => {
                depth = depth.saturating_add(1);
                deepest = deepest.max(depth);
            }
            b']' | b'}' => depth = depth.saturating_sub(1),
            _ => {}
        }
    }
    deepest
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_complaint_names_the_path_and_the_rule() {
        for (file, path, rule) in [
            (
                r#"{"projects":[{"name":"A","clients":[{"name":"P","redirectUri":[]}]}]}"#,
                "projects[0].clients[0].redirectUri",
                "unknown field",
            ),
            (
                r#"{"projects":[{"name":"A","dialect":"latin"}]}"#,
                "projects[0].dialect",
                "unknown variant `latin`",
            ),
            (
                r#"{"projects":[{"name":"A","clients":[{"id":"7","name":"P"}]}]}"#,
                "projects[0].clients[0].id",
                "not a UUID",
            ),
            (r#"{"projects":[{"clients":[]}]}"#, "projects[0]", "missing field `name`"),
            (
                r#"{"projects":[{"name":"A","clients":[{"name":"P","redirectUris":["https://a.example/", 7]}]}]}"#,
                "projects[0].clients[0].redirectUris[1]",
                "invalid type",
            ),
            (
                r#"{"projects":[{"name":"A","apis":[{"identifier":"x","audience":"y"}]}]}"#,
                "projects[0].apis[0].audience",
                "unknown field",
            ),
            (
                r#"{"projects":[{"name":"A","clients":[{"name":"P","app_type":"sap"}]}]}"#,
                "projects[0].clients[0].app_type",
                "unknown variant `sap`",
            ),
            (r#"{"projects":[{"name":"A","name":"B"}]}"#, "projects[0]", "duplicate field"),
            (
                r#"{"projects":[{"name":"A","members":[{"active":"yes"}]}]}"#,
                "projects[0].members[0].active",
                "invalid type",
            ),
            (r#"{"projects":[}"#, "", "at line 1 column 14"),
            (r#"{"projects":[]} {}"#, "", "trailing characters"),
            ("", "", "EOF"),
        ] {
            let misfit = Workspace::read(file.as_bytes()).unwrap_err();
            assert_eq!(misfit.path, path, "{file}: {misfit}");
            assert!(misfit.rule.to_string().contains(rule), "{file}: {misfit}");
        }
    }

    #[test]
    fn empty_sections_are_no_trouble() {
        let file = r#"{"projects":[{"name":"A","apis":[],"connections":[],"clientGrants":[],"managementClients":[]}]}"#;
        assert_eq!(Workspace::read(file.as_bytes()).unwrap().projects.len(), 1);
    }

    #[test]
    fn the_example_in_the_repository_is_read() {
        let file = include_bytes!("../../../../examples/clinic.json");
        let project = Workspace::read(file).unwrap().projects.remove(0);
        assert_eq!((project.clients.len(), project.members.len()), (2, 15));
    }

    #[test]
    fn a_complaint_about_a_secret_does_not_show_it() {
        for wrong in ["20406080", "[\"hunter2hunter2\"]", "{\"a\":\"hunter2hunter2\"}", "\"\""] {
            let file =
                format!(r#"{{"projects":[{{"name":"A","clients":[{{"name":"P","secret":{wrong}}}]}}]}}"#);
            let misfit = Workspace::read(file.as_bytes()).unwrap_err().to_string();
            assert!(misfit.starts_with("projects[0].clients[0].secret: must be a text"), "{misfit}");
            assert!(!misfit.contains("hunter2") && !misfit.contains("20406080"), "{misfit}");
        }
        let file = br#"{"projects":[{"name":"A","clients":[{"name":"P","secret":"hunter2hunter2"}]}]}"#;
        let printed = format!("{:?}", Workspace::read(file).unwrap());
        assert!(printed.contains("secret: Value(ClearText(redacted))"), "{printed}");
        let file = br#"{"projects":[{"name":"A","connections":[{"name":"c","options":{"client_secret":"hunter2hunter2"}}]}]}"#;
        let printed = format!("{:?}", Workspace::read(file).unwrap());
        assert!(!printed.contains("hunter2"), "{printed}");
    }

    #[test]
    fn a_53_size_and_depth_are_bounded() {
        let nested = |levels: usize| format!("{}{}", "[".repeat(levels), "]".repeat(levels));
        let member = |value: &str| {
            format!(
                r#"{{"projects":[{{"name":"A","members":[{{"profile":{{"resourceType":"Patient","x":{value}}}}}]}}]}}"#
            )
        };
        // six levels stand above the value
        assert!(Workspace::read(member(&nested(26)).as_bytes()).is_ok());
        assert!(
            Workspace::read(member(&nested(27)).as_bytes()).unwrap_err().rule.to_string().contains("32 deep")
        );
        let text = format!("\"\\\"{}\"", "[".repeat(100));
        assert!(Workspace::read(member(&text).as_bytes()).is_ok(), "brackets in a text are text");
        assert!(Workspace::read(&vec![b'['; 100_000]).unwrap_err().rule.to_string().contains("32 deep"));
        assert!(
            Workspace::read(&vec![b' '; MAX_BYTES + 1])
                .unwrap_err()
                .rule
                .to_string()
                .contains("5000001 bytes")
        );
    }
}
