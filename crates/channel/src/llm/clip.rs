//! Measures a voice note: Opus in an Ogg container (RFC 3533, RFC 7845), as WhatsApp records it.
//!
//! The length decides what the note may cost, so it is the sum of its packets, as a decoder plays them, and not only the
//! position that the file claims to end at.

use crate::base::time::Span;

/// A voice note in memory.
#[derive(Debug, Clone)]
pub struct Clip {
    pub bytes: Vec<u8>,
    pub length: Span,
}

/// The clock of Opus in Ogg: positions count samples of it, whatever was recorded.
const SAMPLES_A_SECOND: u64 = 48_000;
const HEAD: &[u8] = b"OpusHead";
const TAGS: &[u8] = b"OpusTags";

impl Clip {
    /// `None`: this is no Opus in Ogg, or it plays nothing.
    pub fn measured(bytes: Vec<u8>) -> Option<Clip> {
        let length = length_of(&bytes)?;
        Some(Clip { bytes, length })
    }
}

/// The playing time, rounded up to a millisecond.
fn length_of(bytes: &[u8]) -> Option<Span> {
    let mut packets = Packets::default();
    let mut rest = bytes;
    // Each page shortens the rest. A file that was cut off plays what is there.
    while let Some((page, behind)) = page(rest) {
        packets.take(&page);
        rest = behind;
    }
    if !packets.is_opus {
        return None;
    }
    let samples = packets.last_position.saturating_sub(packets.first_position);
    let claimed_us = u128::from(samples) * 1_000_000 / u128::from(SAMPLES_A_SECOND);
    let us = claimed_us.max(u128::from(packets.played_us));
    let ms = i64::try_from(us.div_ceil(1_000)).unwrap_or(i64::MAX);
    (ms > 0).then_some(Span(ms))
}

struct Page<'a> {
    /// The sample at its end; `None`: no packet ends here.
    position: Option<u64>,
    /// Lengths of the segments, and their bytes.
    lacing: &'a [u8],
    data: &'a [u8],
}

/// The first page, and the bytes behind it.
fn page(bytes: &[u8]) -> Option<(Page<'_>, &[u8])> {
    const FIXED: usize = 27;
    let head = bytes.get(..FIXED).filter(|head| head.starts_with(b"OggS"))?;
    let position = i64::from_le_bytes(head[6..14].try_into().ok()?);
    let segments = usize::from(head[26]);
    let lacing = bytes.get(FIXED..FIXED + segments)?;
    let length: usize = lacing.iter().map(|length| usize::from(*length)).sum();
    let data = &bytes[FIXED + segments..];
    let (data, rest) = data.split_at(length.min(data.len()));
    Some((Page { position: u64::try_from(position).ok(), lacing, data }, rest))
}

/// The sums of the packets so far.
#[derive(Default)]
struct Packets {
    /// Packets that have begun.
    begun: usize,
    /// True in the middle of a packet.
    is_inside: bool,
    is_opus: bool,
    played_us: u64,
    /// The samples at the beginning that are not played.
    first_position: u64,
    last_position: u64,
}

impl Packets {
    fn take(&mut self, page: &Page<'_>) {
        let mut data = page.data;
        for length in page.lacing {
            let (segment, rest) = data.split_at(usize::from(*length).min(data.len()));
            data = rest;
            if !self.is_inside {
                self.begin(segment);
            }
            self.is_inside = *length == u8::MAX;
        }
        self.last_position = self.last_position.max(page.position.unwrap_or(0));
    }

    /// The first segment of a packet tells how long it plays.
    fn begin(&mut self, segment: &[u8]) {
        self.begun += 1;
        match self.begun {
            1 => {
                self.is_opus = segment.starts_with(HEAD);
                let skip = segment.get(10..12).map_or(0, |skip| u16::from_le_bytes([skip[0], skip[1]]));
                self.first_position = u64::from(skip);
            }
            2 if segment.starts_with(TAGS) => {}
            _ => self.played_us += played_us(segment),
        }
    }
}

/// The playing time of a packet in microseconds, by its first two bytes (RFC 6716, 3.1 and 3.2).
fn played_us(packet: &[u8]) -> u64 {
    let Some(first) = packet.first() else { return 0 };
    let frame = match first >> 3 {
        config @ 0..=11 => [10_000, 20_000, 40_000, 60_000][usize::from(config % 4)],
        config @ 12..=15 => [10_000, 20_000][usize::from(config % 2)],
        config => [2_500, 5_000, 10_000, 20_000][usize::from(config % 4)],
    };
    let frames = match first & 3 {
        0 => 1,
        1 | 2 => 2,
        _ => packet.get(1).map_or(1, |count| u64::from(count & 63)),
    };
    frame * frames
}

/// A silent voice note of this length: one packet of 20 ms after the other.
pub fn silent_note(length: Span) -> Vec<u8> {
    const PACKETS_A_PAGE: usize = 50;
    // One frame of 20 ms in which nothing is coded.
    const PACKET: [u8; 3] = [31 << 3, 0xFF, 0xFE];
    let packets = usize::try_from(length.0 / 20).unwrap_or(0);
    let mut head = HEAD.to_vec();
    head.extend_from_slice(&[1, 1, 0, 0, 0x80, 0x3E, 0, 0, 0, 0, 0]);
    let mut tags = TAGS.to_vec();
    tags.extend_from_slice(&[0; 8]);
    let mut file = written((0, 0), FIRST, &[&head]);
    file.extend(written((0, 1), 0, &[&tags]));
    for (page, from) in (2..).zip((0..packets).step_by(PACKETS_A_PAGE)) {
        let count = PACKETS_A_PAGE.min(packets - from);
        let position = (from + count) as u64 * SAMPLES_A_SECOND / 50;
        let flags = if from + count == packets { LAST } else { 0 };
        file.extend(written((position, page), flags, &vec![&PACKET[..]; count]));
    }
    file
}

const FIRST: u8 = 2;
const LAST: u8 = 4;

/// A page of short packets: the sample at its end and its number, its flags, its packets.
fn written((position, number): (u64, u32), flags: u8, packets: &[&[u8]]) -> Vec<u8> {
    const CHECKSUM: std::ops::Range<usize> = 22..26;
    let mut page = b"OggS\0".to_vec();
    page.push(flags);
    page.extend_from_slice(&position.to_le_bytes());
    page.extend_from_slice(&1_u32.to_le_bytes());
    page.extend_from_slice(&number.to_le_bytes());
    page.extend_from_slice(&[0; 4]);
    page.push(u8::try_from(packets.len()).unwrap_or(u8::MAX));
    page.extend(packets.iter().map(|packet| u8::try_from(packet.len()).unwrap_or(254)));
    packets.iter().for_each(|packet| page.extend_from_slice(packet));
    let sum = checksum(&page).to_le_bytes();
    page[CHECKSUM].copy_from_slice(&sum);
    page
}

/// The checksum of a page whose own field for it is zero (RFC 3533, 6): a decoder drops a page with another one.
fn checksum(page: &[u8]) -> u32 {
    page.iter().fold(0, |sum: u32, byte| {
        let start = sum ^ (u32::from(*byte) << 24);
        (0..8).fold(start, |sum, _| if sum & 0x8000_0000 == 0 { sum << 1 } else { sum << 1 ^ 0x04C1_1DB7 })
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_note_is_as_long_as_its_packets() {
        for ms in [20, 1_000, 61_340] {
            assert_eq!(length_of(&silent_note(Span(ms))), Some(Span(ms)));
        }
        assert_eq!(length_of(&silent_note(Span(0))), None, "it plays nothing");
    }

    #[test]
    fn a_note_cannot_claim_to_be_shorter_or_play_longer_than_it_counts() {
        let mut note = silent_note(Span::seconds(10));
        let last = note.windows(4).rposition(|begin| begin == b"OggS").unwrap();
        note[last + 6..last + 14].copy_from_slice(&1_u64.to_le_bytes());
        assert_eq!(length_of(&note), Some(Span::seconds(10)), "the packets count");
        note[last + 6..last + 14].copy_from_slice(&(48_000_u64 * 3_600).to_le_bytes());
        assert_eq!(length_of(&note), Some(Span::minutes(60)), "a gap counts, too");
        note[last + 6..last + 14].copy_from_slice(&i64::MAX.to_le_bytes());
        assert!(length_of(&note).unwrap() > Span::days(365));
    }

    #[test]
    fn packets_tell_their_frames() {
        // Configuration 31 is 20 ms, 16 is 2.5 ms, 3 is 60 ms, 12 is 10 ms.
        for (packet, us) in [
            (&[31 << 3][..], 20_000),
            (&[16 << 3 | 1], 5_000),
            (&[3 << 3 | 2], 120_000),
            (&[12 << 3 | 3, 6], 60_000),
            (&[31 << 3 | 3, 0b1100_0010], 40_000),
            (&[], 0),
        ] {
            assert_eq!(played_us(packet), us, "{packet:?}");
        }
    }

    #[test]
    fn other_bytes_are_no_voice_note() {
        let note = silent_note(Span::seconds(1));
        assert!(Clip::measured(note.clone()).is_some());
        for bytes in [&b""[..], b"OggS", b"RIFF....WAVE", b"ID3", &note[..20], &note[1..]] {
            assert!(Clip::measured(bytes.to_vec()).is_none(), "{bytes:?}");
        }
        for end in 0..note.len() {
            let _ = length_of(&note[..end]);
        }
        let vorbis = String::from_utf8_lossy(&note).replace("OpusHead", "\u{1}vorbis ");
        assert!(Clip::measured(vorbis.into_bytes()).is_none());
    }
}
