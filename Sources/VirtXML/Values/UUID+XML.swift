import Virt
import XMLBinding

extension UUID: XMLValue {
    public init?(xml text: String) { self.init(text) }
    public var xml: String { description }
}
