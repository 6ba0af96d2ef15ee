import Virt
import XMLBinding

// Documents whose faults are the API's errors.
extension XMLRoot {
    /// The object that a client's document describes.
    ///
    /// - Parameter origin: where errors come from.
    public init(
        document text: String, _ options: XMLOptions = .inactive, from origin: ErrorDomain = .domain
    ) throws(VirtError) {
        do throws(XMLError) { try self.init(xml: text, options: options) } catch {
            throw VirtError(document: error, from: origin)
        }
    }

    /// The document as text.
    ///
    /// - Parameter origin: where errors come from.
    public func text(
        _ options: XMLOptions = [], from origin: ErrorDomain = .domain
    ) throws(VirtError) -> String {
        do throws(XMLError) { return try xml(options: options) } catch {
            throw VirtError(document: error, from: origin)
        }
    }
}
