//! Keeps the prepaid balance of accounts.

pub mod balance;
