//! TypeScript bindings of the command table: `ui/src/api/bindings.ts`.
//!
//! Responses and what they are made of become named types; requests stand in the table itself, so that two nouns may
//! both have a `List`. 64-bit integers are JSON numbers here: every one of them is a count or a time in seconds.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use ts_rs::{Config, TS, TypeVisitor};

/// Collects the declarations of all types reachable from the commands.
pub(crate) struct Bindings {
    config: Config,
    declarations: BTreeMap<String, String>,
    table: String,
}

impl Bindings {
    pub(crate) fn new() -> Self {
        Self {
            config: Config::new().with_large_int("number"),
            declarations: BTreeMap::new(),
            table: String::new(),
        }
    }

    /// One line of the table.
    pub(crate) fn command<Request: TS + 'static, Response: TS + 'static>(&mut self, name: &str, doc: &str) {
        Request::visit_dependencies(self);
        self.visit::<Response>();
        let request = Request::inline(&self.config);
        let response = Response::name(&self.config);
        for line in doc.lines() {
            let _ = writeln!(self.table, "  /**{line} */");
        }
        let _ = writeln!(self.table, "  {name}: {{ request: {request}; response: {response} }};");
    }

    /// A type that no command mentions but the window receives.
    pub(crate) fn declare<T: TS + 'static>(&mut self) {
        self.visit::<T>();
    }

    pub(crate) fn finish(self) -> String {
        let mut text = String::from("// Generated from crates/admin by `make gen`. Do not edit.\n\n");
        for declaration in self.declarations.values() {
            let _ = writeln!(text, "export {declaration}\n");
        }
        let _ = write!(
            text,
            "/** Every command: its request and its response. */\nexport type Commands = {{\n{}}};\n",
            self.table
        );
        text
    }
}

impl TypeVisitor for Bindings {
    fn visit<T: TS + 'static + ?Sized>(&mut self) {
        // A generic is declared once, without its arguments; what it is used with is visited below.
        T::visit_generics(self);
        if T::output_path().is_none() {
            T::visit_dependencies(self);
            return;
        }
        let ident = T::ident(&self.config);
        if !self.declarations.contains_key(&ident) {
            self.declarations.insert(ident, T::decl(&self.config));
            T::visit_dependencies(self);
        }
    }
}
