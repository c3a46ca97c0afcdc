//! The commands the screens call: one declared table, its dispatch and its TypeScript bindings
