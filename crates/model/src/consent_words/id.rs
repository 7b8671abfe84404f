//! Lists the Indonesian words for opting out and in.

use super::Table;

pub const WORDS: Table = Table {
    language: "id",
    hard: &["unreg", "berhenti langganan", "berhenti berlangganan", "stop langganan", "hapus nomor saya"],
    unsure: &["berhenti", "batal", "batalkan", "selesai", "keluar", "cukup", "hentikan"],
    start: &["mulai", "langganan", "berlangganan", "daftar"],
    courtesy: &[
        "tolong",
        "mohon",
        "terima kasih",
        "terimakasih",
        "makasih",
        "halo",
        "pak",
        "bu",
        "kak",
        "min",
        "sekarang",
        "dong",
        "ya",
        "selamat pagi",
        "selamat siang",
    ],
    about: &[
        "saya", "tidak", "mau", "ingin", "menerima", "pesan", "lagi", "jangan", "kirim", "mengirim", "dari", "promosi",
        "iklan", "nomor", "ini", "itu", "daftar", "ke", "apa", "pun",
    ],
    ends: &["jangan", "tidak mau", "tidak ingin", "hapus", "keluarkan", "berhenti"],
    messages: &["pesan", "promosi", "iklan", "daftar", "sms", "spam", "kirim", "mengirim", "penawaran", "promo"],
};
