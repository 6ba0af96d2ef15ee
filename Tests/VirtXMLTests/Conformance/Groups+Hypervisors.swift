import PublishedData
import VirtXML
import XMLBinding

extension Group {
    /// Domains whose defaults are any hypervisor's, and those of bhyve, LXC and Cloud Hypervisor.
    static var hypervisors: [Group] {
        [
            Group(
                "generic", schema: "domain.rng", "generic/genericxml2xmlindata",
                out: "generic/genericxml2xmloutdata"
            ) {
                try filled($0) { (domain) throws(XMLError) in
                    try domain.fillGeneralDefaults(defaults)
                    try domain.checkLines()
                }
            },
            Group("lxc", schema: "domain.rng", "lxc/lxcxml2xmldata", out: "lxc/lxcxml2xmloutdata") {
                try filled($0) { (domain) throws(XMLError) in try domain.fillContainerDefaults(defaults) }
            },
            Group(
                "cloud-hypervisor", schema: "domain.rng", "cloud-hypervisor/chxml2xmlin",
                out: "cloud-hypervisor/chxml2xmlout"
            ) {
                var defaults = defaults
                defaults.pairsConsoles = false
                return try filled($0) { (domain) throws(XMLError) in try domain.fillGeneralDefaults(defaults)
                }
            },
            Group("bhyve", schema: "domain.rng", cases: bhyveCases),
        ]
    }

    private static var defaults: GeneralDefaults {
        GeneralDefaults(arch: "x86_64") { MACAddress((0x52, 0x54, 0, 0, 0, 0)) }
    }

    private static func filled(
        _ xml: String, _ fill: (inout DomainDefinition) throws(XMLError) -> Void
    ) throws -> String {
        var domain = try DomainDefinition(xml: xml, options: .inactive)
        try fill(&domain)
        return try domain.xml(options: [.inactive, .secure])
    }

    /// Documents whose output is there too, and the outputs alone, which must come out as they are. A name says
    /// whether the host's bhyve takes one disk a controller only.
    private static var bhyveCases: [Case] {
        let inputs = "bhyve/bhyvexml2argvdata/bhyvexml2argv-"
        return Published.documentNames(in: "bhyve/bhyvexml2xmloutdata").compactMap { file in
            let name = String(file.dropFirst("bhyvexml2xmlout-".count))
            guard let output = Published.text("bhyve/bhyvexml2xmloutdata/\(file)") else { return nil }
            let input = Published.text(inputs + name) ?? output
            let units: UInt32 = name.contains("no32devs") ? 1 : 32
            return Case(name: name, expected: output) {
                try filled(input) { (domain) throws(XMLError) in
                    try domain.fillBhyveDefaults(defaults, disksPerController: units)
                }
            }
        }
    }
}
