import XMLBinding

/// A document of any kind: refused, or the same when it is written and read again.
func takeDocument(_ input: [UInt8]) {
    let text = String(decoding: input, as: UTF8.self)
    guard let kind = DocumentKind.of(text) else { return }
    for options: XMLOptions in [[], .inactive] {
        if case .differs(let written, let complaint) = kind.roundTrip(text, options: options) {
            fatalError("\(kind.name), options \(options.rawValue): \(complaint)\nwritten:\n\(written)")
        }
    }
}
