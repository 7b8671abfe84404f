//! Checks questions and answers: each message once, the right text, in order for each contact.

use std::{
    cell::{Cell, RefCell},
    time::Instant,
};

/// The first contact's phone; the others follow.
const FIRST_PHONE: u64 = 34_600_000_000;

/// A contact's n-th message.
#[derive(Clone, Copy)]
pub struct Question {
    pub contact: usize,
    pub number: usize,
}

/// All contacts, and the counts over them.
#[derive(Default)]
pub struct Book {
    contacts: RefCell<Vec<Contact>>,
    pub sent: Cell<u64>,
    pub acknowledged: Cell<u64>,
    /// First answers only.
    pub answered: Cell<u64>,
    pub statuses_acknowledged: Cell<u64>,
    pub doubled: Cell<u64>,
    pub out_of_order: Cell<u64>,
    pub wrong: Cell<u64>,
    /// Requests to the mock that are no sends: the system does more than this work needs.
    pub other_requests: Cell<u64>,
    pub errors_given: Cell<u64>,
    /// Webhooks answered with another status than 200; those of them with 503 and `Retry-After`; and lost connections.
    pub refused: Cell<u64>,
    pub shed: Cell<u64>,
    pub reconnects: Cell<u64>,
    /// In microseconds, for the measured part.
    pub acknowledgements: RefCell<Vec<u32>>,
    /// Of each request with a message, whatever its answer, from the measured part to the end of the run.
    pub exchanges: RefCell<Vec<u32>>,
    pub replies: RefCell<Vec<u32>>,
}

#[derive(Default)]
struct Contact {
    messages: Vec<Message>,
    /// The highest answered number.
    answered_to: usize,
}

struct Message {
    sent: Instant,
    acknowledged: bool,
    answers: u8,
}

/// The verdict on a reply at the mock.
pub enum Verdict {
    /// The first answer to its question, and its time in microseconds.
    First(u32),
    Again,
    Wrong,
}

impl Book {
    pub fn new(contacts: usize) -> Book {
        let book = Book::default();
        book.contacts.borrow_mut().resize_with(contacts, Contact::default);
        book
    }

    /// Opens the next question of a contact.
    pub fn ask(&self, contact: usize) -> Question {
        let messages = &mut self.contacts.borrow_mut()[contact].messages;
        messages.push(Message { sent: Instant::now(), acknowledged: false, answers: 0 });
        add(&self.sent, 1);
        Question { contact, number: messages.len() - 1 }
    }

    pub fn acknowledge(&self, question: Question) {
        self.contacts.borrow_mut()[question.contact].messages[question.number].acknowledged = true;
        add(&self.acknowledged, 1);
    }

    /// Checks and counts a reply to `phone`.
    pub fn answer(&self, phone: &str, text: &str) -> Verdict {
        let mut contacts = self.contacts.borrow_mut();
        let index = phone.trim_start_matches('+').parse::<u64>().ok().and_then(|phone| phone.checked_sub(FIRST_PHONE));
        let contact = index.and_then(|index| contacts.get_mut(index as usize));
        let number = text.strip_prefix("pong ").and_then(|number| number.parse::<usize>().ok());
        let (Some(contact), Some(number)) = (contact, number) else {
            add(&self.wrong, 1);
            return Verdict::Wrong;
        };
        let Some(message) = contact.messages.get_mut(number) else {
            add(&self.wrong, 1);
            return Verdict::Wrong;
        };
        message.answers = message.answers.saturating_add(1);
        if message.answers > 1 {
            add(&self.doubled, 1);
            return Verdict::Again;
        }
        if number < contact.answered_to {
            add(&self.out_of_order, 1);
        }
        contact.answered_to = contact.answered_to.max(number);
        add(&self.answered, 1);
        Verdict::First(micros(message.sent))
    }

    /// Acknowledged messages without an answer.
    pub fn unanswered(&self) -> u64 {
        let contacts = self.contacts.borrow();
        let messages = contacts.iter().flat_map(|contact| &contact.messages);
        messages.filter(|message| message.acknowledged && message.answers == 0).count() as u64
    }
}

/// A contact's number as in the webhook.
pub fn phone(contact: usize) -> u64 {
    FIRST_PHONE + contact as u64
}

pub fn add(cell: &Cell<u64>, more: u64) {
    cell.set(cell.get() + more);
}

pub fn micros(since: Instant) -> u32 {
    since.elapsed().as_micros().min(u128::from(u32::MAX)) as u32
}

#[cfg(test)]
mod tests {
    use super::*;

    fn asked(times: usize) -> (Book, String) {
        let book = Book::new(2);
        (0..times).for_each(|_| book.acknowledge(book.ask(1)));
        (book, phone(1).to_string())
    }

    #[test]
    fn answers_in_order_are_right() {
        let (book, phone) = asked(2);
        assert!(matches!(book.answer(&phone, "pong 0"), Verdict::First(_)));
        assert!(matches!(book.answer(&phone, "pong 1"), Verdict::First(_)));
        assert_eq!((book.unanswered(), book.out_of_order.get(), book.doubled.get(), book.wrong.get()), (0, 0, 0, 0));
    }

    #[test]
    fn later_question_answered_first_is_out_of_order() {
        let (book, phone) = asked(2);
        book.answer(&phone, "pong 1");
        book.answer(&phone, "pong 0");
        assert_eq!((book.answered.get(), book.out_of_order.get()), (2, 1));
    }

    #[test]
    fn second_answer_is_a_double_and_no_answer_is_missing() {
        let (book, phone) = asked(2);
        book.answer(&phone, "pong 0");
        assert!(matches!(book.answer(&phone, "pong 0"), Verdict::Again));
        assert_eq!((book.doubled.get(), book.unanswered()), (1, 1));
    }

    #[test]
    fn answer_to_nobody_or_with_another_text_is_wrong() {
        let (book, phone) = asked(1);
        for (phone, text) in [(phone.as_str(), "ping 0"), (&phone, "pong 1"), ("34599999999", "pong 0"), ("", "pong 0")]
        {
            assert!(matches!(book.answer(phone, text), Verdict::Wrong), "{phone} {text}");
        }
        assert_eq!((book.wrong.get(), book.unanswered()), (4, 1));
    }
}
