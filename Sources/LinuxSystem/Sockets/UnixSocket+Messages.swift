import CLinux
import Glibc

extension UnixSocket {
    /// What one receive gave: bytes in the caller's buffer, and descriptors sent along.
    public struct Received: Sendable {
        /// How many bytes; zero is the end.
        public let count: Int
        public let descriptors: [Descriptor]
    }

    /// Receives once; nil when nothing is there now.
    ///
    /// `EMSGSIZE` when more than `maximumDescriptors` came along, or some were lost on the way (no room in
    /// this process): they are closed, and what follows cannot be trusted.
    public static func receive(
        from socket: Descriptor, into buffer: UnsafeMutableRawBufferPointer, maximumDescriptors: Int
    ) throws(SystemError) -> Received? {
        let space = ControlMessage.space(descriptors: ControlMessage.kernelLimit)
        return try withUnsafeTemporaryAllocation(byteCount: space, alignment: 8) {
            (control) throws(SystemError) in
            var vector = iovec(iov_base: buffer.baseAddress, iov_len: buffer.count)
            var message = msghdr()
            let count = try withUnsafeMutablePointer(to: &vector) { (vector) throws(SystemError) in
                message.msg_iov = vector
                message.msg_iovlen = 1
                message.msg_control = control.baseAddress
                message.msg_controllen = space
                return try attempted("recvmsg") {
                    recvmsg(socket.rawValue, &message, Int32(CLINUX_MSG_CMSG_CLOEXEC))
                }
            }
            guard let count else { return nil }
            if message.msg_controllen == 0, message.msg_flags & Int32(MSG_CTRUNC) == 0 {
                return Received(count: count, descriptors: [])
            }
            let written = UnsafeRawBufferPointer(control).prefix(message.msg_controllen)
            let descriptors = ControlMessage.descriptors(in: UnsafeRawBufferPointer(rebasing: written))
            let isTruncated = message.msg_flags & Int32(MSG_CTRUNC) != 0
            guard !isTruncated, descriptors.count <= maximumDescriptors else {
                throw SystemError(call: "recvmsg", errno: EMSGSIZE)
            }
            return Received(count: count, descriptors: descriptors)
        }
    }

    /// Sends `bytes`, at least one, with descriptors beside them; the number of bytes taken, or nil when
    /// there is no room now. A peer that is gone is `EPIPE`, without a signal.
    public static func send(
        _ bytes: UnsafeRawBufferPointer, descriptors: [Descriptor] = [], to socket: Descriptor
    ) throws(SystemError) -> Int? {
        if descriptors.isEmpty {
            return try attempted("send") {
                Glibc.send(socket.rawValue, bytes.baseAddress, bytes.count, noSignal)
            }
        }
        let space = ControlMessage.space(descriptors: descriptors.count)
        return try withUnsafeTemporaryAllocation(byteCount: space, alignment: 8) {
            (control) throws(SystemError) in
            ControlMessage.write(descriptors.map(\.rawValue), into: control)
            var vector = iovec(
                iov_base: UnsafeMutableRawPointer(mutating: bytes.baseAddress), iov_len: bytes.count)
            return try withUnsafeMutablePointer(to: &vector) { (vector) throws(SystemError) in
                var message = msghdr()
                message.msg_iov = vector
                message.msg_iovlen = 1
                message.msg_control = control.baseAddress
                message.msg_controllen = space
                defer { withExtendedLifetime(descriptors) {} }
                return try attempted("sendmsg") { sendmsg(socket.rawValue, &message, noSignal) }
            }
        }
    }

    private static let noSignal = Int32(MSG_NOSIGNAL)
}
