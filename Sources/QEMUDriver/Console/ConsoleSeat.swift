import HostKit

/// Who has a line of a guest: one client at a time may.
enum ConsoleSeat: Sendable {
    /// It is being opened for a client, whose number this is.
    case taken(UInt64)
    case open(DescriptorStream)

    /// The guest has ended, and its lines with it.
    func close() { if case .open(let stream) = self { stream.close(nil) } }
}
