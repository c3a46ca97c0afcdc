//! What a person does in the window: looks for something by its role and name, reads, presses, types.

use std::path::PathBuf;

use fantoccini::elements::Element;
use serde_json::{Value, json};

use super::{Desktop, pictures, until, wait::PATIENCE};

/// `find.js` answers with an element in this member.
const ELEMENT: &str = "element-6066-11e4-a52e-4f735466cecf";

impl Desktop {
    /// Waits for a button and presses it.
    pub(crate) async fn press(&self, name: &str) {
        self.role("button", name).await.click().await.expect("the button can be pressed");
    }

    /// Waits for a link and follows it.
    pub(crate) async fn follow(&self, name: &str) {
        self.role("link", name).await.click().await.expect("the link can be followed");
    }

    /// Waits for a text field by its label and types into it.
    pub(crate) async fn fill(&self, label: &str, text: &str) {
        let field = self.role("textbox", label).await;
        field.click().await.expect("the field takes the focus");
        field.send_keys(text).await.expect("the field takes the text");
    }

    /// Runs a command as the screens do.
    pub(crate) async fn call(&self, name: &str, request: Value) -> Value {
        self.script_with(
            "return window.__TAURI_INTERNALS__.invoke('call', { name: arguments[0], request: arguments[1] })",
            vec![json!(name), request],
        )
        .await
    }

    /// Waits until something with this role and exactly this accessible name is visible.
    pub(crate) async fn role(&self, role: &str, name: &str) -> Element {
        until(&format!("there is a {role} called {name:?}"), async || self.look(role, Some(name), true).await)
            .await
    }

    /// Waits until this text is visible, alone or as a part of a longer one.
    pub(crate) async fn text(&self, text: &str) -> Element {
        until(&format!("the window shows {text:?}"), async || self.look("text", Some(text), false).await)
            .await
    }

    /// Waits until something with this role has a name with this part in it.
    pub(crate) async fn part_of(&self, role: &str, part: &str) -> Element {
        until(&format!("there is a {role} with {part:?} in its name"), async || {
            self.look(role, Some(part), false).await
        })
        .await
    }

    /// Looks once. An exact name, or a part of one.
    pub(crate) async fn look(&self, role: &str, name: Option<&str>, exact: bool) -> Option<Element> {
        let arguments = vec![json!(role), json!(name), json!(exact)];
        let answer = self.client.execute(include_str!("find.js"), arguments).await.expect("find.js runs");
        let id = answer.get(ELEMENT)?.as_str()?.to_owned();
        Some(Element::from_element_id(self.client.clone(), id.into()))
    }

    /// All visible text of the window.
    pub(crate) async fn words(&self) -> String {
        text_of(&self.script("return document.body.innerText").await)
    }
}

impl Desktop {
    /// Runs a script in the page and gives its result; a promise is waited for.
    pub(crate) async fn script(&self, body: &str) -> Value {
        self.script_with(body, vec![]).await
    }

    /// The same, with arguments.
    pub(crate) async fn script_with(&self, body: &str, arguments: Vec<Value>) -> Value {
        let script = format!(
            "const done = arguments[arguments.length - 1];
             const given = [...arguments].slice(0, -1);
             (async function () {{ {body} }})(...given).then(
               (value) => done({{ value }}),
               (error) => done({{ error: String(error?.message ?? error) }}),
             );"
        );
        let answer = self.client.execute_async(&script, arguments).await.expect("the script runs");
        if let Some(error) = answer.get("error") {
            panic!("the page's script failed: {error}\n{body}");
        }
        answer.get("value").cloned().unwrap_or(Value::Null)
    }

    /// Calls one of the measuring functions of the browser's tests in the page.
    pub(crate) async fn measure(&self, function: &str, arguments: Vec<Value>) -> Value {
        let functions = include_str!("../../ui/measure.js");
        self.script_with(&format!("{functions}\nreturn {function}(...arguments)"), arguments).await
    }

    /// Takes a picture of the window, keeps it in `target/pictures/desktop` and gives its PNG.
    ///
    /// The driver takes it with the next frame, and a page where nothing moves may never draw one: so a point in the corner
    /// changes its colour meanwhile.
    pub(crate) async fn picture(&self, name: &str) -> (PathBuf, Vec<u8>) {
        self.script(
            "const point = document.createElement('div');
             point.id = 'moves';
             point.style.cssText = 'position: fixed; right: 0; bottom: 0; width: 1px; height: 1px; z-index: 9999';
             document.body.append(point);
             point.animate([{ background: '#fff' }, { background: '#eee' }], { duration: 200, iterations: Infinity });",
        )
        .await;
        let taken = tokio::time::timeout(PATIENCE, self.client.screenshot()).await;
        let png = taken.expect("the driver takes the picture in time").expect("the driver takes the picture");
        self.script("document.getElementById('moves').remove()").await;
        let path = pictures().join(format!("{name}.png"));
        std::fs::write(&path, &png).expect("the picture can be written");
        (path, png)
    }
}

fn text_of(value: &Value) -> String {
    value.as_str().unwrap_or_default().to_owned()
}
