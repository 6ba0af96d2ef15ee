import Glibc
import LinuxSystem
import Testing

@Suite struct SocketTests {
    let folder: Folder

    init() throws { folder = try Folder() }

    @Test("a connection is accepted and knows its peer")
    func connect() throws {
        let path = folder.path + "/s"
        let listener = try UnixSocket.listen(at: path, mode: 0o660)
        #expect(try FileSystem.status(of: path).mode == 0o660)
        #expect(try UnixSocket.accept(from: listener) == nil)
        let client = try UnixSocket.connect(to: path)
        let server = try #require(try UnixSocket.accept(from: listener))
        let peer = try PeerCredentials(of: server)
        #expect(peer.process == ThisProcess.id)
        #expect(peer.user == ThisProcess.user)
        try send("hello", to: client)
        #expect(try receive(server)?.text == "hello")
        #expect(try receive(server)?.text == nil)
        client.close()
        #expect(try receive(server)?.text == "")
    }

    @Test("a socket that was inherited may only read, unless its name or its path says that it may write")
    func inherited() throws {
        func isReadOnly(_ name: String, at file: String) throws -> Bool {
            let path = file.hasPrefix("@") ? file + "\(ThisProcess.id)" : folder.path + "/" + file
            let socket = try UnixSocket.listen(at: path)
            #expect(try UnixSocket.path(of: socket) == path)
            return InheritedSockets.Socket(name: name, descriptor: socket).isReadOnly
        }
        #expect(try !isReadOnly("libvirt-sock", at: "a"))
        #expect(try !isReadOnly("roostd.socket", at: "b"))
        #expect(try isReadOnly("libvirt-sock-ro", at: "c"))
        #expect(try isReadOnly("unknown", at: "d"))
        #expect(try isReadOnly("", at: "@e"))
        #expect(try !isReadOnly("unknown", at: "libvirt-sock"))
        #expect(try isReadOnly("unknown", at: "libvirt-sock-ro"))
        // Elsewhere than the last one: a program that another test starts may hold that for a moment.
        try FileSystem.makeDirectory(folder.path + "/other", mode: 0o700)
        #expect(try isReadOnly("libvirt-sock", at: "other/libvirt-sock-ro"))
        let nameless = try UnixSocket.pair().0
        #expect(try UnixSocket.path(of: nameless).isEmpty)
        #expect(InheritedSockets.Socket(name: "unknown", descriptor: nameless).isReadOnly)
    }

    @Test("a socket whose listener is gone is replaced, one that answers or is no socket is not")
    func stale() throws {
        let path = folder.path + "/s"
        var listener: Descriptor? = try UnixSocket.listen(at: path)
        let error = #expect(throws: SystemError.self) { try UnixSocket.listen(at: path) }
        #expect(error?.errno == EADDRINUSE)
        withExtendedLifetime(listener) {}
        listener = nil
        // A program that another test starts may hold the socket for a moment.
        for _ in 0..<10_000 where (try? UnixSocket.connect(to: path)) != nil { usleep(1000) }
        listener = try UnixSocket.listen(at: path)
        try FileSystem.replace(folder.path + "/file", with: "x")
        #expect(throws: SystemError.self) { try UnixSocket.listen(at: folder.path + "/file") }
        #expect(try FileSystem.readText(folder.path + "/file") == "x")
    }

    @Test("a path that is too long, or that nobody listens at, is an error")
    func badPaths() throws {
        let long = #expect(throws: SystemError.self) {
            try UnixSocket.listen(at: "/" + String(repeating: "x", count: 107))
        }
        #expect(long?.errno == ENAMETOOLONG)
        let none = #expect(throws: SystemError.self) { try UnixSocket.connect(to: folder.path + "/none") }
        #expect(none?.errno == ENOENT)
    }

    @Test("descriptors travel with bytes and are the same open files")
    func descriptors() throws {
        let (left, right) = try UnixSocket.pair()
        let pipes = try (0..<3).map { _ in try Pipe() }
        try send("x", to: left, with: pipes.map(\.writeEnd))
        let received = try #require(try receive(right))
        #expect(received.text == "x")
        #expect(received.descriptors.count == 3)
        for (index, descriptor) in received.descriptors.enumerated() {
            try descriptor.writeAll([UInt8(index)])
            #expect(try readSome(pipes[index].readEnd) == [UInt8(index)])
        }
    }

    @Test("more descriptors than allowed are closed and refused")
    func tooMany() throws {
        let (left, right) = try UnixSocket.pair()
        let pipe = try Pipe()
        try send("x", to: left, with: [pipe.writeEnd, pipe.writeEnd])
        let error = #expect(throws: SystemError.self) { try receive(right, maximum: 1) }
        #expect(error?.errno == EMSGSIZE)
        pipe.writeEnd.close()
        #expect(try readSome(pipe.readEnd) == [])
    }

    @Test("sending to a peer that is gone is an error, not a signal")
    func brokenPipe() throws {
        let (left, right) = try UnixSocket.pair()
        right.close()
        let error = #expect(throws: SystemError.self) { try send("x", to: left) }
        #expect(error?.errno == EPIPE)
    }
}
