import Virt

extension ObjectRegistry {
    /// Tells of changes that the last daemon made, and was killed before it could tell. Call it once all objects are there,
    /// within a change.
    ///
    /// - Parameters:
    ///   - gone: libvirt's number for the event that an object is no more.
    ///   - object: the object of the kind that an event is about.
    public func tellUnfinished(
        in events: EventHub, gone: Int32, of object: (Event) -> (uuid: UUID, reference: Object.Reference)?
    ) {
        for event in events.unfinished {
            guard let (uuid, reference) = object(event) else { continue }
            let saysGone = event == Object.kind.lifecycle(reference, gone)
            if (self[uuid] == nil) == saysGone { events.publish(event) }
        }
    }
}
