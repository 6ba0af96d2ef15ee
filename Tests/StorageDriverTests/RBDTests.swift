import HostKit
import Testing
import VirtXML

@testable import StorageDriver

/// What Ceph's programs are told and say; the answers are a cluster's.
@Suite struct RBDTests {
    private func pool(_ hosts: [(String, Int32?)], user: String? = nil) -> StoragePoolDefinition {
        var pool = StoragePoolDefinition()
        (pool.type, pool.source.name) = (.rbd, "images")
        pool.source.hosts = hosts.map { name, port in
            var host = PoolHost()
            (host.name, host.port) = (name, port)
            return host
        }
        if let user {
            var auth = PoolAuth()
            (auth.type, auth.username) = ("ceph", user)
            pool.source.auth = auth
        }
        return pool
    }

    @Test func `monitors, the user and options are said and the key isn't`() {
        var definition = pool([("h", 6789), ("fe80::1", nil)], user: "bob")
        for (name, value) in [("rados_mon_op_timeout", "5"), ("x y", "1"), ("--id", "2")] {
            var option = StoragePoolDefinition.ConfigOption()
            (option.name, option.value) = (name, value)
            definition.configOptions.append(option)
        }
        let task = RBDCommand(definition, key: [1, 2, 3]).create("v", 512)
        #expect(
            task.arguments.joined(separator: " ")
                == "-c /dev/null -m h:6789,[fe80::1] --id bob --client_mount_timeout 30 --rados_mon_op_timeout 30"
                + " --rados_osd_op_timeout 30 --rados_mon_op_timeout 5 create --size 512B images/v")
        #expect(task.environment == ["CEPH_ARGS": "--key=AQID"])
    }

    @Test func `nobody logs in without a user and the host's configuration is used only without monitors`() {
        let open = RBDCommand(pool([("h", nil)]), key: nil).images()
        #expect(open.arguments.prefix(6) == ["-c", "/dev/null", "-m", "h", "--auth_client_required", "none"])
        #expect(open.environment.isEmpty)
        #expect(RBDCommand(pool([]), key: nil).images().arguments.first == "--client_mount_timeout")
    }

    @Test func `images, snapshots and room are read from a cluster's answers`() {
        let rows = RBDCommand.rows(
            in: """
                [{"image":"two","id":"1","size":12582912,"format":2},{"image":"two","id":"1","snapshot":"s","snapshot_id":5,\
                "size":12582912,"format":2,"protected":"true"},{"id":"3"}]
                """)
        #expect(
            rows == [
                RBDCommand.Row(name: "two", size: 12_582_912),
                RBDCommand.Row(name: "two", size: 12_582_912, snapshot: "s", isProtected: true),
            ])
        #expect(RBDCommand.rows(in: "error") == nil)
        let sizes = RBDCommand(pool([]), key: nil).sizes(
            in: #"{"pools":[{"name":"images","size_bytes":7}],"total_space":1000,"total_avail":900}"#)
        #expect(sizes == PoolSizes(capacity: 1_024_000, allocation: 7, available: 921_600))
    }
}
