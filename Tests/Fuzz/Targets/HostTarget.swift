import HostKit
import VirtXML

@testable import QEMUDriver

/// The bytes of an image, as one of each format: a header names what stands in them, and nothing that a zero byte would cut.
func takeImage(_ input: [UInt8]) {
    let content = ImageContent(start: input, end: Array(input.suffix(512)), length: UInt64(input.count))
    var headers = [ImageHeader(detecting: content)]
    headers += StorageFormat.allCases.compactMap { ImageHeader(content, format: $0) }
    for name in headers.compactMap(\.backing?.name) {
        if name.isEmpty || name.utf8.contains(0) || name.utf8.count > input.count {
            fatalError("an image of \(input.count) bytes names '\(name)'")
        }
    }
}

/// A file of settings: refused, or with values that can be asked for in every way.
func takeSettings(_ input: [UInt8]) {
    let text = String(decoding: input, as: UTF8.self)
    guard let file = try? ConfigurationFile(text: text, name: "settings") else { return }
    for entry in file.entries {
        if entry.key.utf8.count > text.utf8.count { fatalError("a key is longer than its file") }
        _ = (try? entry.number(in: .min ... .max), try? entry.mode(), try? entry.flag())
    }
    var configuration = InstalledQEMU.configuration
    _ = try? configuration.take(file)
}
