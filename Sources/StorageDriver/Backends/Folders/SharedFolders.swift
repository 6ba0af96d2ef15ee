import ByteText
import DriverKit
import HostKit
import LinuxSystem
import Virt
import VirtXML

/// What a server of NFS has, as showmount says.
struct SharedFolders: Sendable {
    let host: String

    /// What pools could be made from; throws where there is nothing, or nobody to ask.
    func sources() async throws(VirtError) -> [PoolSource] {
        let task = ProgramTask("showmount", ["--no-headers", "--exports", host], patience: .seconds(30))
        let outcome = try? await task.run()
        let found = Self.folders(in: String(decoding: outcome?.output ?? [], as: UTF8.self)).map(source)
        if outcome?.status.isSuccess != true || found.isEmpty {
            throw VirtError(
                .operationFailed, "no storage pools were found on host '\(host)'", from: .storage)
        }
        return found
    }

    /// The first word of each line; behind it stands who may have the folder.
    static func folders(in text: String) -> [String] {
        text.split(atByte: "\n").compactMap { line in
            line.splitAtBlanks().first.flatMap { $0.hasBytePrefix("/") ? String($0) : nil }
        }
    }

    private func source(_ folder: String) -> PoolSource {
        var (source, server) = (PoolSource(), PoolHost())
        server.name = host
        (source.hosts, source.dir, source.format) = ([server], folder, "nfs")
        return source
    }
}
