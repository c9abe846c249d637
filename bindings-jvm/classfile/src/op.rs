//! The instructions of the JVM: their numbers and what they do to the stack.
//!
//! Knows no method. Invariant: `effect` answers for exactly those without operands whose effect
//! depends on nothing but themselves.

/// Defines the numbers of instructions.
macro_rules! ops {
    ($($name:ident = $number:literal),* $(,)?) => {
        $(#[doc = concat!("The instruction `", stringify!($name), "`, in capitals.")]
        pub const $name: u8 = $number;)*
    };
}

ops! {
    NOP = 0x00, ACONST_NULL = 0x01, ICONST_M1 = 0x02, ICONST_0 = 0x03, ICONST_1 = 0x04,
    LCONST_0 = 0x09, LCONST_1 = 0x0a, FCONST_0 = 0x0b, DCONST_0 = 0x0e,
    BIPUSH = 0x10, SIPUSH = 0x11, LDC = 0x12, LDC_W = 0x13, LDC2_W = 0x14,
    ILOAD = 0x15, LLOAD = 0x16, FLOAD = 0x17, DLOAD = 0x18, ALOAD = 0x19,
    ILOAD_0 = 0x1a, ALOAD_0 = 0x2a,
    IALOAD = 0x2e, LALOAD = 0x2f, FALOAD = 0x30, DALOAD = 0x31, AALOAD = 0x32, BALOAD = 0x33,
    CALOAD = 0x34, SALOAD = 0x35,
    ISTORE = 0x36, LSTORE = 0x37, FSTORE = 0x38, DSTORE = 0x39, ASTORE = 0x3a,
    ISTORE_0 = 0x3b, ASTORE_0 = 0x4b, ASTORE_3 = 0x4e,
    IASTORE = 0x4f, LASTORE = 0x50, FASTORE = 0x51, DASTORE = 0x52, AASTORE = 0x53,
    BASTORE = 0x54, CASTORE = 0x55, SASTORE = 0x56,
    POP = 0x57, POP2 = 0x58, DUP = 0x59, DUP_X1 = 0x5a, DUP_X2 = 0x5b,
    DUP2 = 0x5c, DUP2_X1 = 0x5d, DUP2_X2 = 0x5e, SWAP = 0x5f,
    IADD = 0x60, LADD = 0x61, FADD = 0x62, DADD = 0x63,
    ISUB = 0x64, LSUB = 0x65, FSUB = 0x66, DSUB = 0x67,
    IMUL = 0x68, LMUL = 0x69, FMUL = 0x6a, DMUL = 0x6b,
    IDIV = 0x6c, LDIV = 0x6d, FDIV = 0x6e, DDIV = 0x6f,
    IREM = 0x70, LREM = 0x71, FREM = 0x72, DREM = 0x73,
    INEG = 0x74, LNEG = 0x75, FNEG = 0x76, DNEG = 0x77,
    ISHL = 0x78, LSHL = 0x79, ISHR = 0x7a, LSHR = 0x7b, IUSHR = 0x7c, LUSHR = 0x7d,
    IAND = 0x7e, LAND = 0x7f, IOR = 0x80, LOR = 0x81, IXOR = 0x82, LXOR = 0x83, IINC = 0x84,
    I2L = 0x85, I2F = 0x86, I2D = 0x87, L2I = 0x88, L2F = 0x89, L2D = 0x8a,
    F2I = 0x8b, F2L = 0x8c, F2D = 0x8d, D2I = 0x8e, D2L = 0x8f, D2F = 0x90,
    I2B = 0x91, I2C = 0x92, I2S = 0x93,
    LCMP = 0x94, FCMPL = 0x95, FCMPG = 0x96, DCMPL = 0x97, DCMPG = 0x98,
    IFEQ = 0x99, IFNE = 0x9a, IFLT = 0x9b, IFGE = 0x9c, IFGT = 0x9d, IFLE = 0x9e,
    IF_ICMPEQ = 0x9f, IF_ICMPNE = 0xa0, IF_ICMPLT = 0xa1, IF_ICMPGE = 0xa2, IF_ICMPGT = 0xa3,
    IF_ICMPLE = 0xa4, IF_ACMPEQ = 0xa5, IF_ACMPNE = 0xa6,
    GOTO = 0xa7, JSR = 0xa8, RET = 0xa9, TABLESWITCH = 0xaa, LOOKUPSWITCH = 0xab,
    IRETURN = 0xac, LRETURN = 0xad, FRETURN = 0xae, DRETURN = 0xaf, ARETURN = 0xb0, RETURN = 0xb1,
    GETSTATIC = 0xb2, PUTSTATIC = 0xb3, GETFIELD = 0xb4, PUTFIELD = 0xb5,
    INVOKEVIRTUAL = 0xb6, INVOKESPECIAL = 0xb7, INVOKESTATIC = 0xb8, INVOKEINTERFACE = 0xb9,
    INVOKEDYNAMIC = 0xba, NEW = 0xbb, NEWARRAY = 0xbc, ANEWARRAY = 0xbd, ARRAYLENGTH = 0xbe,
    ATHROW = 0xbf, CHECKCAST = 0xc0, INSTANCEOF = 0xc1, MONITORENTER = 0xc2, MONITOREXIT = 0xc3,
    WIDE = 0xc4, MULTIANEWARRAY = 0xc5, IFNULL = 0xc6, IFNONNULL = 0xc7, GOTO_W = 0xc8,
    JSR_W = 0xc9,
}

/// What an instruction without operands takes from the stack and puts there, as letters of kinds
/// (`A` is a reference) on both sides of a `>`. None for others and for those that move any kind.
pub(crate) fn effect(op: u8) -> Option<&'static str> {
    Some(match op {
        NOP | RETURN => ">",
        ACONST_NULL | 0x2a..=0x2d => ">A",
        0x02..=0x08 | 0x1a..=0x1d => ">I",
        0x09 | 0x0a | 0x1e..=0x21 => ">J",
        0x0b..=0x0d | 0x22..=0x25 => ">F",
        0x0e | 0x0f | 0x26..=0x29 => ">D",
        IALOAD | BALOAD | CALOAD | SALOAD => "AI>I",
        LALOAD => "AI>J",
        FALOAD => "AI>F",
        DALOAD => "AI>D",
        AALOAD => "AI>A",
        0x3b..=0x3e | IRETURN => "I>",
        0x3f..=0x42 | LRETURN => "J>",
        0x43..=0x46 | FRETURN => "F>",
        0x47..=0x4a | DRETURN => "D>",
        0x4b..=0x4e | ARETURN | ATHROW | MONITORENTER | MONITOREXIT => "A>",
        IASTORE | BASTORE | CASTORE | SASTORE => "AII>",
        LASTORE => "AIJ>",
        FASTORE => "AIF>",
        DASTORE => "AID>",
        AASTORE => "AIA>",
        ISHL | ISHR | IUSHR | IAND | IOR | IXOR => "II>I",
        LSHL | LSHR | LUSHR => "JI>J",
        LAND | LOR | LXOR => "JJ>J",
        IADD..=DREM => ["II>I", "JJ>J", "FF>F", "DD>D"][usize::from(op & 3)],
        INEG | I2B | I2C | I2S => "I>I",
        LNEG => "J>J",
        FNEG => "F>F",
        DNEG => "D>D",
        I2L => "I>J",
        I2F => "I>F",
        I2D => "I>D",
        L2I => "J>I",
        L2F => "J>F",
        L2D => "J>D",
        F2I => "F>I",
        F2L => "F>J",
        F2D => "F>D",
        D2I => "D>I",
        D2L => "D>J",
        D2F => "D>F",
        LCMP => "JJ>I",
        FCMPL | FCMPG => "FF>I",
        DCMPL | DCMPG => "DD>I",
        ARRAYLENGTH => "A>I",
        _ => return None,
    })
}

/// What a conditional or unconditional jump takes from the stack; none for what is no jump.
pub(crate) fn jump_effect(op: u8) -> Option<&'static str> {
    Some(match op {
        IFEQ..=IFLE => "I>",
        IF_ICMPEQ..=IF_ICMPLE => "II>",
        IF_ACMPEQ | IF_ACMPNE => "AA>",
        IFNULL | IFNONNULL => "A>",
        GOTO | GOTO_W => ">",
        _ => return None,
    })
}

/// How many words an instruction that moves any kind takes and puts; none for others.
pub(crate) fn shuffle_words(op: u8) -> Option<(u16, u16)> {
    Some(match op {
        POP => (1, 0),
        POP2 => (2, 0),
        DUP => (1, 2),
        DUP_X1 => (2, 3),
        DUP_X2 => (3, 4),
        DUP2 => (2, 4),
        DUP2_X1 => (3, 5),
        DUP2_X2 => (4, 6),
        SWAP => (2, 2),
        _ => return None,
    })
}

/// Whether the next instruction is never reached from this one.
pub(crate) fn ends_flow(op: u8) -> bool {
    matches!(op, GOTO | GOTO_W | RET | TABLESWITCH..=RETURN | ATHROW)
}

/// Words of the two sides of an effect.
pub(crate) fn words(effect: &str) -> (u16, u16) {
    let (takes, puts) = effect.split_once('>').unwrap_or((effect, ""));
    let count =
        |side: &str| side.bytes().map(|kind| 1 + u16::from(matches!(kind, b'J' | b'D'))).sum();
    (count(takes), count(puts))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn effects_are_in_words() {
        assert_eq!(words("AIJ>"), (4, 0));
        assert_eq!(words(effect(LCMP).unwrap()), (4, 1));
        assert_eq!(effect(LREM), Some("JJ>J"));
        assert_eq!(effect(IMUL), Some("II>I"));
        assert_eq!(effect(BIPUSH), None);
        assert_eq!(effect(DUP), None);
    }
}
