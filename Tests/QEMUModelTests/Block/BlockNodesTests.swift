import Foundation
import JSON
import PublishedData
import Testing
import Virt
import VirtXML

@testable import QEMUModel

/// What becomes of QEMU's answers about the disks of a guest: `vda` is a chain of three images, `vdb` a raw one, and a
/// drive is empty.
@Suite struct BlockNodesTests {
    private func answer(_ name: String) throws -> JSONValue {
        let file = Published.project + "/Tests/Documents/blocks/\(name).json"
        return try JSONValue(parsing: try String(contentsOfFile: file, encoding: .utf8))
    }

    private func nodes() throws -> BlockNodes {
        BlockNodes(
            named: try answer("named"), counted: try answer("counted"), plugged: try answer("plugged"))
    }

    @Test("a disk's images are found from its device down, by their numbers")
    func chains() throws {
        let nodes = try nodes()
        #expect(nodes.chain(of: "virtio-disk0") == [3, 4, 5])
        #expect(nodes.chain(of: "virtio-disk1") == [2])
        #expect(nodes.chain(of: "ide0-1-0") == [])
        #expect(nodes.chain(of: "virtio-disk9") == [])
        #expect(nodes.device("virtio-disk0")?.path == "/machine/peripheral/virtio-disk0/virtio-backend")
    }

    @Test("an image is served by the node of its format where it has one")
    func tops() throws {
        let nodes = try nodes()
        #expect(nodes.top(of: 3)?.name == "libvirt-3-format")
        #expect(nodes.top(of: 2)?.name == "libvirt-2-storage")
        #expect(nodes.top(of: 9) == nil)
        #expect(nodes.top(of: 3)?.virtualSize == 67_108_864)
        #expect(nodes.storage(of: 3)?.counters.highestOffset == 9_699_328)
        #expect(nodes.device("virtio-disk0")?.counters.read.operations == 1)
        #expect(nodes.nodes.values.flatMap(\.bitmaps).map(\.count) == [131_072])
    }

    @Test("limits are read as they are set")
    func limits() throws {
        let told = IOTune(told: try nodes().device("virtio-disk0")?.limits ?? .null)
        #expect(told.totalBytes == 1 << 20)
        #expect(told.groupName == "/machine/peripheral/virtio-disk0/virtio-backend")
        let command = told.command(for: "d")
        #expect(command.name == "block_set_io_throttle")
        #expect(IOTune(told: .object(command.arguments)) == told)
    }

    @Test("a chain of QEMU's without an end is followed for a while only")
    func endless() {
        let loop: JSONValue = [["node-name": "libvirt-1-format"]]
        let counted: JSONValue = [
            ["node-name": "libvirt-1-format", "backing": ["node-name": "libvirt-1-format"]]
        ]
        let plugged: JSONValue = [["qdev": "d", "inserted": ["node-name": "libvirt-1-format"]]]
        let nodes = BlockNodes(named: loop, counted: counted, plugged: plugged)
        #expect(nodes.chain(of: "d").count <= 400)
    }

    @Test("without the answer about all nodes, the others say what is needed for a job's end")
    func unnamed() throws {
        let nodes = BlockNodes(named: .null, counted: try answer("counted"), plugged: try answer("plugged"))
        #expect(nodes.chain(of: "virtio-disk0") == [3, 4, 5])
        #expect(nodes.top(of: 4)?.name == "libvirt-4-format")
        #expect(nodes.storage(of: 3)?.counters.highestOffset == 9_699_328)
    }

    @Test("a filter above a disk's image is passed through")
    func filters() {
        let counted: JSONValue = [
            [
                "node-name": "libvirt-7-filter", "qdev": "d",
                "parent": [
                    "node-name": "libvirt-1-format", "parent": ["node-name": "libvirt-1-storage"],
                ],
            ]
        ]
        let plugged: JSONValue = [
            [
                "qdev": "d",
                "inserted": [
                    "node-name": "libvirt-7-filter", "image": ["virtual-size": 5, "actual-size": 3],
                ],
            ]
        ]
        let nodes = BlockNodes(named: .null, counted: counted, plugged: plugged)
        #expect(nodes.chain(of: "d") == [1])
        #expect(nodes.top(of: 1)?.virtualSize == 5)
    }

    @Test("names of nodes that aren't an image's have no number")
    func numbers() {
        #expect(BlockNodes.number(of: "libvirt-12-storage") == 12)
        for name in [
            "#block091", "libvirt-pflash0-format", "libvirt-CoR-vda", "libvirt-3", "libvirt-3-filter", "",
        ] {
            #expect(BlockNodes.number(of: name) == nil, "\(name)")
        }
    }

    @Test("a guest's report of its memory leaves out what it doesn't know")
    func memory() {
        let told: JSONValue = [
            "last-update": 5,
            "stats": ["stat-swap-in": 2048, "stat-minor-faults": 7, "stat-total-memory": .init(UInt64.max)],
        ]
        let memory = GuestMemory(told: told)
        #expect(memory.values.map(\.tag) == [.swapIn, .minorFault])
        #expect(memory.values.map(\.value) == [2, 7])
        #expect(memory.lastUpdate == 5)
    }
}
