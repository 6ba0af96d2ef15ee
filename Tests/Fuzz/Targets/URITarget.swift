import Virt

/// A connection URI: refused, or the same when it is written and read again.
func takeURI(_ input: [UInt8]) {
    guard let uri = try? ConnectionURI(String(decoding: input, as: UTF8.self)) else { return }
    guard let again = try? ConnectionURI(uri.description), again == uri else {
        fatalError("\(uri) doesn't read the same once written")
    }
}
