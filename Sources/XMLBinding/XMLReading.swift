import ByteText

/// How the text of an attribute or element becomes a value, where it isn't the usual way.
///
/// Usually every text counts (of an element: unless it's empty), and one that is no value is refused in words that
/// are the same everywhere. libvirt reads some otherwise: these are the ways.
public struct XMLReading: Sendable {
    /// An empty text counts as an attribute that isn't there.
    @usableFromInline let skipsEmpty: Bool
    /// A text that is no value counts as an attribute that isn't there.
    @usableFromInline let skipsOthers: Bool
    /// What is said of a text that is no value, with `%` for the text; nil for the usual words.
    @usableFromInline let words: String?
    /// The code of that.
    @usableFromInline let code: XMLError.Code

    @inlinable init(
        skipsEmpty: Bool = false, skipsOthers: Bool = false, words: String? = nil, code: XMLError.Code = .xml
    ) {
        self.skipsEmpty = skipsEmpty
        self.skipsOthers = skipsOthers
        self.words = words
        self.code = code
    }

    /// The usual way.
    @inlinable public static var plain: XMLReading { XMLReading() }

    /// An empty text counts as none.
    @inlinable public static var unlessEmpty: XMLReading { XMLReading(skipsEmpty: true) }

    /// A text that is no value counts as none.
    @inlinable public static var orNone: XMLReading { XMLReading(skipsOthers: true) }

    /// A text that is no value is refused in words of its own.
    ///
    /// - Parameter words: the message, in which `%` stands for the text.
    @inlinable public static func refusing(
        _ words: String, _ code: XMLError.Code = .unsupported
    ) -> XMLReading { XMLReading(words: words, code: code) }

    /// The same for one that is empty or a value, or is refused in words of its own.
    @inlinable public func refusing(_ words: String, _ code: XMLError.Code = .unsupported) -> XMLReading {
        XMLReading(skipsEmpty: skipsEmpty, words: words, code: code)
    }

    /// What is said of a text.
    func complaint(about text: String) -> String? {
        words?.split(atByte: "%", omittingEmptySubsequences: false).joined(separator: text)
    }
}
