/// Makes up what a document says while it is being read.
///
/// A binder that has one tells it each name just before it looks it up, with the type that the text must have, so
/// that documents can be generated for every element that has a `bind`, with nothing written for it.
public protocol XMLInvention: AnyObject {
    /// An attribute is about to be looked up; `required` if the element is wrong without it.
    func attribute(_ name: StaticString, of node: XMLNode, as type: any XMLValue.Type, required: Bool)
    /// Children are about to be looked up; `many` if there may be more than one of that name.
    func child(
        _ name: StaticString, in namespace: StaticString?, of node: XMLNode, many: Bool, required: Bool)
    /// An element's text is about to be read.
    func content(of node: XMLNode, as type: any XMLValue.Type)
}

extension XMLBinder {
    /// A binder that reads from an element whose contents are made up on the way.
    public init(inventing invention: any XMLInvention, in node: XMLNode, options: XMLOptions = []) {
        self.init(reading: node, options: options)
        self.invention = invention
    }
}
