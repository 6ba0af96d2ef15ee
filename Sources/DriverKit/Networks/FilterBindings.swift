import Virt
import VirtXML

/// Whose cards' packets go through which filters. The driver of filters implements it; drivers of guests bind their cards by it.
public protocol FilterBindings: Sendable {
    /// Has a card's packets go through a filter. Throws where the filter, or a value of its variables, is missing; all stays
    /// as it was then.
    ///
    /// - Parameter replacing: whether the card may have a filter already, which goes.
    func bind(_ binding: FilterBindingDefinition, replacing: Bool) async throws(VirtError)

    /// Lets a card's packets pass again. It may be that none is bound.
    func unbind(_ port: String) async

    /// Removes the bindings of an owner but for these ports: what a daemon that was killed has left.
    func unbind(of owner: UUID, but kept: Set<String>) async
}

/// A host without filters.
public struct NoFilterBindings: FilterBindings {
    public init() {}

    public func bind(_ binding: FilterBindingDefinition, replacing: Bool) async throws(VirtError) {
        throw VirtError(.configUnsupported, "this host has no network filters", from: .nwfilter)
    }

    public func unbind(_ port: String) async {}
    public func unbind(of owner: UUID, but kept: Set<String>) async {}
}
