/// A text that would be more than one value to a careless writer of command lines; `#` is where a number goes that
/// makes it one of a kind.
struct HostileText: Sendable {
    let pattern: String

    static let all = [
        "a,b=c#", "a=b#", "a\"#'c", "a b#\nc", "-device#", ",readonly=on#", "{'a#'=1}", "größe#\\",
        "$(x#);`y`", "a\u{600},process=b#", "a#,\u{301}b", "\u{600}=\u{301}#",
        "a\u{200D},\u{200D}b#\u{600}\\",
    ].map(HostileText.init)

    /// All that is hostile at once.
    static let worst = HostileText(pattern: "-a,b=c\"d'e f#,,größe\\{'g':1}$(x);`y`")

    func text(_ number: Int) -> String { pattern.replacing("#", with: Self.digits(number)) }

    /// A text as long that says nothing, so that what is cut off is cut off alike.
    func quiet(_ number: Int) -> String {
        String("zqzxzjzqzxzjzqzxzjzqzxzjzqzxzjzqzxzj".prefix(pattern.count - 1)) + Self.digits(number)
    }

    private static func digits(_ number: Int) -> String { "\(1000 + number)" }
}
