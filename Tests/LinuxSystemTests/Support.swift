import Glibc
import LinuxSystem
import Synchronization

/// A new directory that goes with the last reference.
final class Folder: Sendable {
    let path: String

    init() throws {
        path = try FileSystem.makeTemporaryDirectory(prefix: "/tmp/roost-test-")
    }

    deinit { try? FileSystem.removeTree(path) }
}

/// Gathers what handlers on other threads report.
final class Collected<Element: Sendable>: Sendable {
    private let elements = Mutex<[Element]>([])

    func add(_ element: Element) { elements.withLock { $0.append(element) } }
    var all: [Element] { elements.withLock { $0 } }
}

/// Reads once from a descriptor that blocks or has something.
func readSome(_ descriptor: Descriptor) throws -> [UInt8] {
    try withUnsafeTemporaryAllocation(byteCount: 4096, alignment: 8) { buffer in
        Array(buffer.prefix(try descriptor.read(into: buffer) ?? 0))
    }
}

func send(_ text: String, to socket: Descriptor, with descriptors: [Descriptor] = []) throws {
    _ = try Array(text.utf8).withUnsafeBytes {
        try UnixSocket.send($0, descriptors: descriptors, to: socket)
    }
}

func receive(_ socket: Descriptor, maximum: Int = 32) throws -> (text: String, descriptors: [Descriptor])? {
    try withUnsafeTemporaryAllocation(byteCount: 4096, alignment: 8) { buffer in
        try UnixSocket.receive(from: socket, into: buffer, maximumDescriptors: maximum).map {
            (String(decoding: buffer.prefix($0.count), as: UTF8.self), $0.descriptors)
        }
    }
}
