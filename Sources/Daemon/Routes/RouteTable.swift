import LinuxSystem
import RemoteProtocol
import Transport
import Virt
import VirtDriver
import XDR

/// What the daemon does with a call: decode, ask the driver, encode.
struct Route: Sendable {
    let facts: ProcedureFacts
    /// Finds the flags in a call's packet on which its permissions depend; nil where they don't.
    let flags: (@Sendable (Packet) throws(VirtError) -> UInt32)?
    /// Answers a call's packet with the reply's.
    let run: @Sendable (Call, Packet) async throws(VirtError) -> Packet
}

/// The rows of all programs, found by program and number.
struct RouteTable: Sendable {
    private var rows: [UInt32: [Route?]] = [:]

    /// The table of every call that goes straight to a driver.
    static let shared: RouteTable = {
        var table = RouteTable()
        table.addGenerated()
        return table
    }()

    /// The row of a call; nil where nothing is known of it.
    subscript(program: UInt32, number: Int32) -> Route? {
        guard let list = rows[program], number >= 0, Int(number) < list.count else { return nil }
        return list[Int(number)]
    }

    /// Adds a row: `body` maps the arguments to the reply, and `flags` finds the flags in them on which the call's
    /// permissions depend.
    mutating func add<Arguments: XDRValue, Reply: XDRValue>(
        _ procedure: Procedure<Arguments, Reply>, flags: (@Sendable (Arguments) -> UInt32)? = nil,
        _ body: @escaping @Sendable (Call, Arguments) async throws(VirtError) -> Reply
    ) {
        let known = ProcedureFacts.find(program: procedure.program, number: procedure.number)
        // Rows and facts are written from the same lines.
        guard let known else { return assertionFailure("\(procedure.api) has no facts") }
        let number = Int(procedure.number)
        var list = rows[procedure.program] ?? []
        while list.count <= number { list.append(nil) }
        var found: (@Sendable (Packet) throws(VirtError) -> UInt32)?
        if let flags {
            found = { (packet) throws(VirtError) -> UInt32 in
                let message: Arguments = try arguments(of: packet, api: known.api)
                return flags(message)
            }
        }
        list[number] = Route(facts: known, flags: found) { (call, packet) async throws(VirtError) -> Packet in
            let reply = try await body(call, try arguments(of: packet, api: known.api))
            return try answer(packet, reply, files: call.extras.files, api: known.api)
        }
        rows[procedure.program] = list
    }
}

/// The arguments of a call; an error that names the call where they are not in order.
func arguments<Value: XDRValue>(of packet: Packet, api: String) throws(VirtError) -> Value {
    do {
        return try packet.decode()
    } catch {
        throw VirtError(.rpc, "Unable to decode message payload of \(api): \(error)", from: .rpc)
    }
}

/// The packet that answers a call.
func answer(
    _ packet: Packet, _ reply: some XDRValue, files: [Descriptor] = [], api: String
) throws(VirtError) -> Packet {
    var header = packet.header
    header.kind = files.isEmpty ? .reply : .replyWithFiles
    header.status = .ok
    do {
        return try Packet(header, reply, descriptors: files)
    } catch {
        throw VirtError(.rpc, "Unable to encode message payload of \(api): \(error)", from: .rpc)
    }
}

/// At most as many items as the caller has room for; a caller without room asks only for their count.
func limited<Item>(_ items: [Item], to room: some BinaryInteger) -> [Item] {
    Array(items.prefix(max(0, Int(clamping: room))))
}

/// The count to answer: all that there are for a caller that asked for it, else what it was given.
func counted<Item, Count: FixedWidthInteger>(_ items: [Item], _ room: some BinaryInteger) -> Count {
    room == 0 ? Count(clamping: items.count) : Count(clamping: min(items.count, Int(clamping: room)))
}
