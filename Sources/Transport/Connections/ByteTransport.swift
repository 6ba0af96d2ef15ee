import LinuxSystem

/// A connected stream of bytes that never makes its caller wait. Unix sockets are one; others may follow.
public protocol ByteTransport: Sendable {
    /// What the event loop watches.
    var descriptor: Descriptor { get }
    /// Who is at the other end; nil where that cannot be known.
    var peer: PeerCredentials? { get }

    /// Reads once; nil when nothing is there now, zero bytes at the end. More descriptors than may come are an error.
    func receive(
        into buffer: UnsafeMutableRawBufferPointer, maximumDescriptors: Int
    ) throws(SystemError) -> UnixSocket.Received?

    /// Writes once, perhaps only part; nil when nothing can be taken now.
    func send(_ bytes: UnsafeRawBufferPointer, descriptors: [Descriptor]) throws(SystemError) -> Int?
}

/// A connected unix socket, which carries descriptors too.
public struct UnixTransport: ByteTransport {
    public let descriptor: Descriptor
    public let peer: PeerCredentials?

    /// Takes a connected, non-blocking unix socket.
    public init(_ socket: Descriptor) {
        descriptor = socket
        peer = try? PeerCredentials(of: socket)
    }

    public func receive(
        into buffer: UnsafeMutableRawBufferPointer, maximumDescriptors: Int
    ) throws(SystemError) -> UnixSocket.Received? {
        try UnixSocket.receive(from: descriptor, into: buffer, maximumDescriptors: maximumDescriptors)
    }

    public func send(
        _ bytes: UnsafeRawBufferPointer, descriptors: [Descriptor]
    ) throws(SystemError) -> Int? {
        try UnixSocket.send(bytes, descriptors: descriptors, to: descriptor)
    }
}
