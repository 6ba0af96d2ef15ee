import VirtXML

/// What an argument of QEMU's command line, or a piece of one, comes from.
///
/// It is given where the argument is made, so that whoever asks why a guest has it need not repeat the rules.
package enum QEMUOrigin: Equatable, Sendable {
    /// An element of the document, by its path below the root, such as `os/loader`; `@type` is the root's own.
    case element(String)
    /// One of several elements of a name, by the path that they have in common and its place, from 0.
    case one(String, Int)
    /// No element: what every guest is given, and why.
    case roost(String)

    /// A device by its element's name, and its place among those of its kind, from 0.
    package static func device(_ name: String, _ index: Int) -> QEMUOrigin { .one("devices/" + name, index) }

    /// A device of a kind that may be there several times.
    package static func device<T: Device>(_ type: T.Type, _ index: Int) -> QEMUOrigin {
        .device(type.elementName.description, index)
    }

    /// The element's path in the form of XPath, with places counted from 1; nil where there is no element.
    package var path: String? {
        switch self {
        case .element(let path): path
        case .one(let path, let index): "\(path)[\(index + 1)]"
        case .roost: nil
        }
    }
}

extension DomainDefinition {
    /// The element of a timer, if the clock has one of the name.
    package func origin(of timer: ClockTimer.Name) -> QEMUOrigin {
        let index = clock.timers.firstIndex { $0.name == timer }
        return index.map { .one("clock/timer", $0) } ?? .element("clock")
    }
}
