import ByteText
import Roost
import Virt

/// The codesets by libvirt's numbers.
private let codesets = [
    "linux", "xt", "atset1", "atset2", "atset3", "os_x", "xt_kbd", "usb", "win32", "qnum",
]

extension Command {
    static let sendKey = Command(
        "send-key", "Send keycodes to the guest", description: "Press keys of a guest's keyboard.",
        options: [
            .domain([.active]),
            .named(
                "codeset", "the codeset of keycodes, default:linux", complete: .words(codesets + ["rfb"])),
            .named(
                "holdtime", "the time (in milliseconds) how long the keys will be held", type: .number),
            .rest("keycode", "the key code", isRequired: true),
        ]
    ) { session, arguments in
        let domain = try await session.domain(arguments)
        let name = try arguments.string("codeset") ?? "linux"
        let holdtime: UInt32 = try arguments.number("holdtime") ?? 0
        guard let set = codesets.firstIndex(of: name.hasSameBytes(as: "rfb") ? "qnum" : name) else {
            throw Failure("unknown codeset: '\(name)'")
        }
        let words = arguments.all("keycode")
        if words.count > 16 { throw Failure("too many keycodes") }
        var codes: [UInt32] = []
        for word in words {
            let named = set == 0 ? LinuxKeyNames.code(of: word) : nil
            guard let code = named ?? number(word), code <= 65535 else {
                throw Failure("invalid keycode: '\(word)'")
            }
            codes.append(code)
        }
        try await domain.sendKey(codeset: UInt32(set), holdtime: holdtime, keycodes: codes, flags: 0)
    }

    static let injectNMI = Command(
        "inject-nmi", "Inject NMI to the guest",
        description: "Interrupt a guest in a way that it can't mask.", options: [.domain([.active])]
    ) { session, arguments in
        try await session.domain(arguments).injectNMI(flags: 0)
    }
}

/// A number as C reads it: decimal, or with `0x` or `0` in front.
private func number(_ text: String) -> UInt32? {
    if let digits = text.droppingBytePrefix("0x") { return UInt32(digits, radix: 16) }
    if text.utf8.count > 1, let digits = text.droppingBytePrefix("0") { return UInt32(digits, radix: 8) }
    return UInt32(text)
}
