import PublishedData
import Testing
import XMLBinding

/// Numbers at the edges of what any field holds, through whole documents.
@Suite struct NumberTests {
    @Test(
        "a number anywhere in a document is refused or kept",
        arguments: [
            "0", "-1", "256", "65536", "4294967296", "9223372036854775807", "9223372036854775808",
            "18446744073709551615", "99999999999999999999999",
        ])
    func extremes(_ number: String) {
        var tried = 0
        for text in Published.documents(below: Published.project + "/Tests/Fuzz/Seeds") {
            guard let kind = DocumentKind.of(text) else { continue }
            for digits in text.matches(of: /[0-9]+/) {
                tried += 1
                let changed = text.replacingCharacters(in: digits.range, with: number)
                if case .differs(_, let complaint) = kind.roundTrip(changed, options: []) {
                    Issue.record("\(kind.name): \(complaint) in\n\(changed)")
                }
            }
        }
        #expect(tried > 500)
    }
}

extension String {
    fileprivate func replacingCharacters(in range: Range<Index>, with text: String) -> String {
        self[..<range.lowerBound] + text + self[range.upperBound...]
    }
}
