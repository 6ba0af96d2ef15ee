import Testing
import Virt
import VirtXML
import XMLBinding

@testable import StorageDriver

@Suite struct ImageCommandTests {
    private func volume(_ target: String, more: String = "") throws -> StorageVolumeDefinition {
        try StorageVolumeDefinition(
            xml: """
                <volume><name>v,1</name><capacity unit='KiB'>5</capacity>\(more)
                  <target><path>/v</path>\(target)</target></volume>
                """, options: .inactive)
    }

    private static let luks = """
        <encryption format='luks'><secret type='passphrase' uuid='d2441d39-495e-4243-ad9f-beb3f14c23d9'/>
          <cipher name='aes' size='256' mode='cbc' hash='sha256'/><ivgen name='plain64' hash='sha256'/></encryption>
        """

    @Test func `an image is made with all that its document says`() throws {
        let more = "<backingStore><path>/b</path><format type='qcow2'/></backingStore>"
        let given = try volume(
            """
            <format type='qcow2'/><compat>1.1</compat><clusterSize unit='KiB'>128</clusterSize>
            <features><lazy_refcounts/><extended_l2/></features>
            """, more: more)
        #expect(
            try ImageCommand.create(given, at: "/p").words == [
                "create", "-f", "qcow2", "-b", "/b", "-o",
                "backing_fmt=qcow2,compat=1.1,cluster_size=131072,lazy_refcounts,extended_l2=on", "/p", "5K",
            ])
    }

    @Test func `a comma in a name is no comma among options`() throws {
        let words = try ImageCommand.create(volume("<format type='raw'/>" + Self.luks), at: "/p").words
        #expect(
            words == [
                "create", "-f", "luks", "--object", "secret,id=v,,1_encrypt0,file=/dev/fd/3", "-o",
                "key-secret=v,,1_encrypt0,cipher-alg=aes-256,cipher-mode=cbc,hash-alg=sha256,"
                    + "ivgen-alg=plain64,ivgen-hash-alg=sha256", "/p", "5K",
            ])
    }

    @Test func `each end of a conversion has its own secret`() throws {
        let source = try volume("<format type='qcow2'/>" + Self.luks)
        let command = try ImageCommand.convert(
            source, to: volume("<format type='raw'/>" + Self.luks), at: "/p")
        #expect(command.secrets.keys.sorted() == [3, 4])
        #expect(
            command.words.suffix(2) == [
                "driver=qcow2,file.filename=/v,encrypt.key-secret=v,,1_encrypt0",
                "driver=luks,file.filename=/p,key-secret=v,,1_encrypt0",
            ])
    }

    @Test func `a size is whole sectors`() {
        #expect(
            ImageCommand.resize("/p", to: 1000, shrinks: true).words == ["resize", "--shrink", "/p", "1024"])
        #expect(ImageCommand.resize("/p", to: .max, shrinks: false).words.last == "\(UInt64.max)")
    }

    @Test func `what can't be encrypted is refused`() throws {
        let given = try volume("<format type='vmdk'/>" + Self.luks)
        #expect(throws: VirtError.self) { try ImageCommand.create(given, at: "/p") }
    }
}
