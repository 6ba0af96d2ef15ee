import Transport

extension Session {
    /// Queues a packet; never waits.
    func send(_ packet: Packet) { connection?.send(packet) }

    /// How many bytes wait for the client to take them.
    var queuedBytes: Int { connection?.queuedBytes ?? 0 }

    /// Waits until the client has taken what was sent, where much of it waits.
    func waitForRoom() async {
        guard let connection, connection.queuedBytes > server.limits.waitingReplies else { return }
        await connection.drained()
    }

    /// Has `body` called once when the client has taken what was sent, or has gone.
    func whenRepliesAreRead(_ body: @escaping @Sendable () -> Void) {
        guard let connection else { return body() }
        connection.whenDrained(body)
    }

    /// Stops listening to the client for a while, and starts again.
    func pauseReading(for reason: ReadingPause) { connection?.pauseReading(for: reason) }
    func resumeReading(for reason: ReadingPause) { connection?.resumeReading(for: reason) }

    /// Ends the connection.
    func close() { connection?.close() }
}
