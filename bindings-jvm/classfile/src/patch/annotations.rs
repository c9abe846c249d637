//! Annotations on types within code, some of which name places.
//!
//! Knows their form. Invariant: nothing changes its length, for only numbers of places change.

use crate::bytes::Bytes;
use crate::refusal::Reason;

/// The attribute's contents; `place` answers where code at a place begins now, `itself` where an
/// instruction lies.
pub(super) fn moved(
    content: &[u8],
    place: impl Fn(u32) -> u32,
    itself: impl Fn(u16) -> u32,
) -> Result<Vec<u8>, Reason> {
    let mut out = content.to_vec();
    let mut from = Bytes::new(content);
    let mut put = |at: usize, place: u32| -> Result<(), Reason> {
        let place = u16::try_from(place).map_err(|_| Reason::TooLarge)?;
        out[at..at + 2].copy_from_slice(&place.to_be_bytes());
        Ok(())
    };
    for _ in 0..from.u2()? {
        match from.u1()? {
            // The stretch in which a variable lives.
            0x40 | 0x41 => {
                for _ in 0..from.u2()? {
                    let at = from.at();
                    let (start, len) = (u32::from(from.u2()?), u32::from(from.u2()?));
                    put(at, place(start))?;
                    put(at + 2, place(start + len).saturating_sub(place(start)))?;
                    from.u2()?;
                }
            }
            // An instruction that names a type.
            target @ 0x43..=0x4b => {
                let at = from.at();
                put(at, itself(from.u2()?))?;
                from.take(usize::from(target >= 0x47))?;
            }
            0x00 | 0x01 | 0x16 => {
                from.u1()?;
            }
            0x10 | 0x11 | 0x12 | 0x17 | 0x42 => {
                from.u2()?;
            }
            0x13..=0x15 => {}
            _ => return Err(Reason::Malformed("an annotation is on nothing known")),
        }
        let steps = usize::from(from.u1()?);
        from.take(2 * steps)?;
        skip(&mut from)?;
    }
    from.end()?;
    Ok(out)
}

/// Skips an annotation, however deep others are in it.
fn skip(from: &mut Bytes<'_>) -> Result<(), Reason> {
    from.u2()?;
    // Values still to come, and whether each has a name before it.
    let mut open = vec![(from.u2()?, true)];
    while let Some((count, is_named)) = open.pop() {
        let Some(left) = count.checked_sub(1) else { continue };
        open.push((left, is_named));
        if is_named {
            from.u2()?;
        }
        match from.u1()? {
            b'e' => {
                from.u4()?;
            }
            b'@' => {
                from.u2()?;
                open.push((from.u2()?, true));
            }
            b'[' => open.push((from.u2()?, false)),
            _ => {
                from.u2()?;
            }
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn places_move_and_the_rest_stays() {
        let simple = [0, 0, 9, 0, 1, 0, 3, b'I', 0, 4];
        let nested = [0, 0, 9, 0, 1, 0, 3, b'[', 0, 2, b'@', 0, 9, 0, 0, b'e', 0, 1, 0, 2];
        let one = |target: &[u8], annotation: &[u8]| [target, annotation].concat();
        let content = [
            vec![0, 4],
            one(&[0x40, 0, 1, 0, 2, 0, 3, 0, 7], &simple),
            one(&[0x44, 0, 5], &nested),
            one(&[0x47, 0, 5, 1], &simple),
            one(&[0x42, 0, 5], &simple),
        ];
        let new = moved(&content.concat(), |pc| pc * 10, |pc| u32::from(pc) + 100).unwrap();
        let expected = [
            vec![0, 4],
            one(&[0x40, 0, 1, 0, 20, 0, 30, 0, 7], &simple),
            one(&[0x44, 0, 105], &nested),
            one(&[0x47, 0, 105, 1], &simple),
            one(&[0x42, 0, 5], &simple),
        ];
        assert_eq!(new, expected.concat());
        let whole = content.concat();
        assert!(moved(&whole[..whole.len() - 1], |pc| pc, u32::from).is_err());
        assert!(moved(&one(&whole, &[0]), |pc| pc, u32::from).is_err());
    }
}
