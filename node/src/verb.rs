//! What an owner can ask of a running node, a verb at a time: a struct of its words, and its answer as a type.
//!
//! In: verbs from the command line, the dashboard, the demo and tests, as structs; lines at the control socket. Out:
//! typed answers, or a `Failure`. JSON is met here and at the socket alone: inside a process a verb and its answer
//! travel as they are. Each role has one list of its verbs (`verbs!`), whose enum is what its socket understands.

mod both;

pub use both::{AcceptedClock, Clock, Stop, Stopped};
use schemars::JsonSchema;
use serde::{Serialize, de::DeserializeOwned};
use serde_json::{Map, Value};

use crate::command::{Failure, exit};

/// One thing that an owner can ask: the words of it, with what comes back.
pub trait Verb: Serialize + DeserializeOwned + JsonSchema + Send + 'static {
    /// What it is called at the control socket.
    const NAME: &'static str;
    /// What comes back where it was done.
    type Answer: Serialize + DeserializeOwned + JsonSchema + Send + 'static;
}

/// How a running node of this role is reached from its own process.
pub trait Desk: Clone + Send + Sync + 'static {
    /// The verbs that it understands.
    type Command: Commands<Self>;
}

/// A verb that a node reached by this desk can do.
pub trait Conduct<D>: Verb {
    /// Does it; the answer comes when what it changed is on disk.
    fn conduct(self, desk: &D) -> impl Future<Output = Result<Self::Answer, Failure>> + Send;
}

/// The list of a role's verbs.
pub trait Commands<D>: Sized + Send {
    /// How the role is told to somebody who asked it for a verb of the other.
    const OTHER: &'static str;

    /// The verb that a line names, with its words; none where this role has no such verb.
    ///
    /// # Errors
    /// A usage failure for words that are not the verb's.
    fn read(line: SocketLine) -> Result<Option<Self>, Failure>;

    /// Does it, and writes the answer for the socket.
    fn conduct(self, desk: &D) -> impl Future<Output = Result<Value, Failure>> + Send;

    /// Is there a verb of this name?
    fn knows(name: &str) -> bool;

    /// What each verb is called at the control socket, with the shapes of its words and of its answer.
    fn shapes(with: &mut schemars::SchemaGenerator) -> Vec<Shape>;
}

/// A line at the control socket: the name of a verb and its words.
#[derive(Debug)]
pub struct SocketLine {
    /// What is asked.
    pub name: String,
    /// How.
    pub words: Map<String, Value>,
}

impl SocketLine {
    /// Reads what came.
    ///
    /// # Errors
    /// A usage failure for what is not an object with a `command`.
    pub fn read(text: &str) -> Result<Self, Failure> {
        let not = |why: &dyn std::fmt::Display| Failure::usage(format!("not a command: {why}"));
        let mut words: Map<String, Value> = serde_json::from_str(text).map_err(|error| not(&error))?;
        match words.remove("command") {
            Some(Value::String(name)) => Ok(Self { name, words }),
            _ => Err(not(&"an object with the name of a verb as `command`")),
        }
    }

    /// The words as those of this verb.
    ///
    /// # Errors
    /// A usage failure that says which word is wrong.
    pub fn words<V: Verb>(self) -> Result<V, Failure> {
        let name = self.name;
        serde_json::from_value(Value::Object(self.words))
            .map_err(|error| Failure::usage(format!("not the words of `{name}`: {error}")))
    }
}

/// A verb as a line for the control socket.
///
/// # Errors
/// Words that have no JSON.
pub fn line<V: Verb>(verb: &V) -> Result<Vec<u8>, Failure> {
    let mut words = serde_json::to_value(verb).map_err(Failure::internal)?;
    let Value::Object(map) = &mut words else { return Err(Failure::internal("the words of a verb have names")) };
    map.insert("command".to_owned(), V::NAME.into());
    let mut line = serde_json::to_vec(&words).map_err(Failure::internal)?;
    line.push(b'\n');
    Ok(line)
}

/// Answers one line from the socket of a node. `elsewhere` says whether the other role has a verb of a name.
///
/// # Errors
/// What the verb says; a usage failure for what this role doesn't understand.
pub async fn answer<D: Desk>(desk: &D, elsewhere: fn(&str) -> bool, text: &str) -> Result<Value, Failure> {
    let line = SocketLine::read(text)?;
    let (name, others) = (line.name.clone(), elsewhere(&line.name));
    match D::Command::read(line)? {
        Some(command) => command.conduct(desk).await,
        None if others => Err(Failure::usage(D::Command::OTHER)),
        None => Err(Failure::usage(format!("not a command: there is none of the name `{name}`"))),
    }
}

/// What came back, for the socket.
pub(crate) fn told<T: Serialize>(answer: Result<T, Failure>) -> Result<Value, Failure> {
    serde_json::to_value(answer?).map_err(Failure::internal)
}

/// The process that a node ran in has gone, or goes.
pub(crate) fn stopping() -> Failure {
    Failure::new("unavailable", exit::UNREACHABLE, "the node is stopping; start it again")
}

/// One role's verbs: an enum of them, and how each is read from a line and conducted.
macro_rules! verbs {
    ($(#[$doc:meta])* $Name:ident at $Desk:ty, else $other:literal { $($Verb:ident: $Type:ty),+ $(,)? }) => {
        $(#[$doc])*
        #[allow(missing_docs, reason = "each is described where it stands, in a file of its own")]
        pub enum $Name { $($Verb($Type)),+ }

        impl $crate::verb::Commands<$Desk> for $Name {
            const OTHER: &'static str = $other;

            fn read(line: $crate::verb::SocketLine) -> Result<Option<Self>, $crate::command::Failure> {
                use $crate::verb::Verb as _;
                Ok(Some(match line.name.as_str() {
                    $(name if name == <$Type>::NAME => Self::$Verb(line.words()?),)+
                    _ => return Ok(None),
                }))
            }

            async fn conduct(self, desk: &$Desk) -> Result<serde_json::Value, $crate::command::Failure> {
                match self {
                    $(Self::$Verb(verb) => {
                        $crate::verb::told($crate::verb::Conduct::conduct(verb, desk).await)
                    })+
                }
            }

            fn knows(name: &str) -> bool {
                use $crate::verb::Verb as _;
                [$(<$Type>::NAME),+].contains(&name)
            }

            fn shapes(with: &mut schemars::SchemaGenerator) -> Vec<$crate::verb::Shape> {
                vec![$($crate::verb::Shape::of::<$Type>(with)),+]
            }
        }
    };
}
pub(crate) use verbs;

/// A verb as the schema describes it.
#[derive(Serialize)]
pub struct Shape {
    #[serde(skip)]
    pub(crate) name: &'static str,
    words: schemars::Schema,
    answer: schemars::Schema,
}

impl Shape {
    pub(crate) fn of<V: Verb>(with: &mut schemars::SchemaGenerator) -> Self {
        Self { name: V::NAME, words: with.subschema_for::<V>(), answer: with.subschema_for::<V::Answer>() }
    }
}
