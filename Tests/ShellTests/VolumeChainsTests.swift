import Testing

@testable import Shell

/// What volumes lie on, drawn.
@Suite struct VolumeChainsTests {
    private func image(_ name: String, on below: String? = nil, format: String = "qcow2") throws
        -> VolumeChains.Image
    {
        let backing = below.map { "<backingStore><path>\($0)</path></backingStore>" } ?? ""
        return try VolumeChains.Image(
            name,
            "<volume><target><path>/p/\(name)</path><format type='\(format)'/></target>\(backing)</volume>")
    }

    @Test func `images hang from what they lie on and say who uses them`() throws {
        let uses =
            try VolumeChains.uses(
                by: "web",
                """
                <domain id='3'><devices><disk><source file='/p/top'/><backingStore><source file='/p/base'/></backingStore>
                </disk><disk><source pool='p' volume='other'/></disk><disk><source pool='q' volume='base'/></disk>
                <disk/></devices></domain>
                """)
            + VolumeChains.uses(
                by: "db", "<domain><devices><disk><source dev='/p/base'/></disk></devices></domain>")
        let chains = VolumeChains(
            [
                try image("top", on: "/p/base"), try image("base"), try image("middle", on: "/p/base"),
                try image("other", on: "/elsewhere", format: "qed"), try image("leaf", on: "/p/middle"),
            ], uses, pool: "p")
        let lines = chains.text.split(separator: "\n").filter { $0.contains { $0 != " " && $0 != "|" } }
        #expect(
            lines == [
                "base (qcow2; used by web*, db)", "  +- middle (qcow2)", "  |   +- leaf (qcow2)",
                "  +- top (qcow2; used by web*)", "/elsewhere (not of this pool)",
                "  +- other (qed; used by web*)",
            ])
        #expect(
            chains.consequences(ofDeleting: "middle")
                == "Deleting volume 'middle' would break:\n- volume 'leaf' lies on it and could not be read any more\n"
        )
        #expect(
            chains.consequences(ofDeleting: "leaf")
                == "Nothing lies on volume 'leaf', and no domain uses it.\n")
        #expect(
            chains.consequences(ofDeleting: "base")?.split(separator: "\n").suffix(3).map(String.init) == [
                "- domain 'web', which runs, uses it", "- domain 'db' uses it",
                "- domain 'web', which runs, uses 'top'",
            ])
        #expect(chains.consequences(ofDeleting: "none") == nil)
    }

    @Test func `a chain without an end is told of and not drawn`() throws {
        let chains = VolumeChains(
            [try image("a", on: "/p/b"), try image("b", on: "/p/a"), try image("c")], [], pool: "p")
        #expect(
            chains.text
                == "a (qcow2), in no order that ends\n\nb (qcow2), in no order that ends\n\nc (qcow2)\n\n")
        #expect(chains.consequences(ofDeleting: "a")?.contains("volume 'b'") == true)
        let long = try (0...150).map { try image("\($0)", on: $0 == 0 ? nil : "/p/\($0 - 1)") }
        #expect(VolumeChains(long, [], pool: "p").text.contains("150 (qcow2), in no order that ends"))
    }
}
