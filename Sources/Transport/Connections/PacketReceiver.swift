/// Who is told what a connection brings. Both are called on the loop's thread and must not block.
public protocol PacketReceiver: AnyObject, Sendable {
    /// All packets that one read completed. What is sent during the call goes out together after it.
    func connection(_ connection: PacketConnection, received packets: [Packet])

    /// The connection has ended; the last call that comes from it.
    func connection(_ connection: PacketConnection, closed reason: CloseReason)

    /// The connection isn't read for now, since too many bytes are kept for it or for others of its allowance.
    func connectionWaitsForRoom(_ connection: PacketConnection)
}

extension PacketReceiver {
    public func connectionWaitsForRoom(_ connection: PacketConnection) {}
}
