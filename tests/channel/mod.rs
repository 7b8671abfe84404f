//! Providers from outside: recorded shapes in, exact requests out, hostile answers.

mod calls;
mod meta_in;
mod meta_out;
