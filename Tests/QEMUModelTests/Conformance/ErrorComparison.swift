import Virt
import XMLBinding

@testable import QEMUModel

/// How an error is held against the published one.
enum ErrorComparison {
    /// What users are told of an error, without the place in the document.
    static func text(of error: any Error) -> String {
        switch error {
        case let error as ConfigurationError: error.description
        case let error as XMLError:
            VirtError(ErrorNumber(rawValue: error.code.rawValue), error.message).message
        default: "\(error)"
        }
    }

    /// Whether both say the same: the same kind of fault, and most of the same words and values.
    static func meansTheSame(_ expected: String, _ text: String) -> Bool {
        let isParser = expected.hasPrefix("ABS_SRCDIR")
        guard kind(expected) == kind(text) || isParser else { return false }
        let wanted = words(expected), found = words(text)
        return wanted.intersection(found).count * 2 >= wanted.union(found).count
    }

    /// The beginning that stands for the error's number.
    private static func kind(_ message: String) -> Substring { message.prefix { $0 != ":" } }

    /// The words of a message that carry its meaning.
    private static func words(_ message: String) -> Set<String> {
        let letters = message.lowercased().split { !($0.isLetter || $0.isNumber || "-_.".contains($0)) }
        return Set(letters.map(String.init)).subtracting(filling)
    }

    private static let filling: Set<String> = [
        "a", "an", "the", "is", "are", "of", "for", "to", "in", "by", "be", "with", "this", "that", "on",
        "at", "it", "only", "and", "or",
    ]
}
