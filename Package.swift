// swift-tools-version: 6.2
import PackageDescription

/// What every Swift target is compiled with. Async functions stay on their caller's executor, so that a call
/// answered from memory needs no hop between threads. CI turns warnings into errors.
let settings: [SwiftSetting] =
    [
        .enableUpcomingFeature("NonisolatedNonsendingByDefault"),
        .enableUpcomingFeature("ExistentialAny"),
        .enableUpcomingFeature("MemberImportVisibility"),
    ] + (Context.environment["CI"] == nil ? [] : [.treatAllWarnings(as: .error)])

/// A Swift target of this package; `uses` names targets of lower layers only.
func module(_ name: String, uses: [Target.Dependency] = []) -> Target {
    .target(name: name, dependencies: uses, swiftSettings: settings)
}

/// How programs are linked: compact relocations, no table of exported symbols, equal functions once, and no library
/// for the little of C++ that Swift needs, so that little of them is in memory.
let linkerWords = [
    "-z", "pack-relative-relocs", "--no-export-dynamic", "--icf=safe", "--as-needed", "-l:libstdc++.a",
]
let compact: [LinkerSetting] = [
    .unsafeFlags(
        ["-use-ld=lld"] + linkerWords.flatMap { ["-Xlinker", $0] }, .when(configuration: .release))
]

/// A program of this package.
func program(_ name: String, uses: [Target.Dependency]) -> Target {
    .executableTarget(
        name: name, dependencies: uses, swiftSettings: settings, linkerSettings: compact)
}

/// The unit tests of one module; `uses` names what they need beside it, `data` the
/// folders that hold no code.
func tests(of name: String, uses: [Target.Dependency] = [], data: [String] = []) -> Target {
    .testTarget(
        name: name + "Tests", dependencies: [.target(name: name)] + uses, exclude: data,
        swiftSettings: settings)
}

let log: Target.Dependency = .product(name: "Logging", package: "swift-log")

let package = Package(
    name: "roost",
    products: [
        .library(name: "Roost", targets: ["Roost"]),
        .library(name: "VirtXML", targets: ["VirtXML", "XMLBinding", "Virt"]),
        .executable(name: "roost", targets: ["roost"]),
        .executable(name: "roostd", targets: ["roostd"]),
    ],
    dependencies: [.package(url: "https://github.com/apple/swift-log", from: "1.6.0")],
    targets: [
        // Layer 0: formats and the system.
        .systemLibrary(
            name: "CLibXML2", pkgConfig: "libxml-2.0", providers: [.apt(["libxml2-dev"])]),
        .systemLibrary(name: "CJSONC", pkgConfig: "json-c", providers: [.apt(["libjson-c-dev"])]),
        .systemLibrary(name: "CNettle", pkgConfig: "nettle", providers: [.apt(["nettle-dev"])]),
        module("ByteText"),
        module("XDR"),
        module("XMLBinding", uses: ["ByteText", "CLibXML2"]),
        module("JSON", uses: ["CJSONC"]),
        .systemLibrary(name: "CLinux"),
        module("LinuxSystem", uses: ["ByteText", "CLinux"]),
        module("Leases", uses: ["ByteText", "JSON", "LinuxSystem"]),
        module("Sealing", uses: ["ByteText", "CNettle", "LinuxSystem"]),
        // Layer 1: the vocabulary.
        module("Virt", uses: ["ByteText"]),
        // Layer 2: the waist.
        module("VirtDriver", uses: ["Virt", "LinuxSystem"]),
        module("RemoteProtocol", uses: ["Virt", "XDR"]),
        module("VirtXML", uses: ["ByteText", "Virt", "XMLBinding"]),
        module("Explanation", uses: ["ByteText", "JSON"]),
        // Layer 3: what drivers and fronts are made of.
        module("Transport", uses: ["RemoteProtocol", "XDR", "LinuxSystem", log]),
        module("QMP", uses: ["JSON", "LinuxSystem", log]),
        module("Processors", uses: ["ByteText", "VirtXML"]),
        module(
            "DriverKit",
            uses: [
                "ByteText", "Virt", "VirtDriver", "VirtXML", "XMLBinding", "Processors", "LinuxSystem",
                "RemoteProtocol", "XDR", log,
            ]),
        // What every local driver needs of its host; it knows no driver, and no kind of guest.
        module(
            "HostKit",
            uses: ["ByteText", "JSON", "LinuxSystem", "Virt", "VirtDriver", "VirtXML", log]),
        // What a guest is for QEMU, as values: nothing here knows the system, a monitor or an actor.
        module(
            "QEMUModel",
            uses: ["ByteText", "JSON", "Virt", "VirtXML", "XMLBinding", "Explanation", "Processors"]),
        // Layer 4: drivers.
        module(
            "TestDriver",
            uses: [
                "ByteText", "Virt", "VirtDriver", "VirtXML", "XMLBinding", "DriverKit", "Processors",
                "LinuxSystem",
            ]),
        module(
            "QEMUDriver",
            uses: [
                "ByteText", "Virt", "VirtDriver", "VirtXML", "XMLBinding", "Explanation", "DriverKit",
                "HostKit", "Processors", "QEMUModel", "QMP", "JSON", "LinuxSystem", "Sealing", log,
            ]),
        module(
            "SecretDriver",
            uses: [
                "ByteText", "Virt", "VirtDriver", "VirtXML", "XMLBinding", "DriverKit", "Sealing",
                "LinuxSystem", log,
            ]),
        module(
            "NetworkDriver",
            uses: [
                "ByteText", "Explanation", "JSON", "Virt", "VirtDriver", "VirtXML", "XMLBinding", "DriverKit",
                "HostKit", "Leases", "LinuxSystem", log,
            ]),
        module(
            "NWFilterDriver",
            uses: [
                "ByteText", "Virt", "VirtDriver", "VirtXML", "XMLBinding", "DriverKit", "HostKit",
                "LinuxSystem", log,
            ]),
        module(
            "NodeDeviceDriver",
            uses: [
                "ByteText", "JSON", "Virt", "VirtDriver", "VirtXML", "XMLBinding", "DriverKit",
                "LinuxSystem", log,
            ]),
        module(
            "InterfaceDriver",
            uses: [
                "ByteText", "Virt", "VirtDriver", "VirtXML", "XMLBinding", "DriverKit", "LinuxSystem", log,
            ]),
        module(
            "StorageDriver",
            uses: [
                "ByteText", "JSON", "Virt", "VirtDriver", "VirtXML", "XMLBinding", "DriverKit", "HostKit",
                "LinuxSystem", log,
            ]),
        // Layer 5: fronts.
        module(
            "Roost",
            uses: [
                "ByteText", "Virt", "VirtDriver", "Explanation", "RemoteProtocol", "Transport", "XDR",
                "LinuxSystem",
                "TestDriver", log,
            ]),
        module(
            "Daemon",
            uses: [
                "ByteText", "HostKit", "Virt", "VirtDriver", "RemoteProtocol", "Transport", "XDR",
                "LinuxSystem",
                log,
            ]),
        module(
            "Shell",
            uses: [
                "ByteText", "JSON", "Roost", "Virt", "VirtDriver", "Explanation", "LinuxSystem", "CLibXML2",
                "XMLBinding",
            ]),
        // Layer 6: programs.
        program("roost", uses: ["Shell"]),
        program(
            "roostd",
            uses: [
                "ByteText", "Virt", "VirtDriver", "Daemon", "DriverKit", "HostKit", "InterfaceDriver",
                "NWFilterDriver", "NetworkDriver", "NodeDeviceDriver", "QEMUDriver", "SecretDriver",
                "StorageDriver",
                "TestDriver", "LinuxSystem", log,
            ]),
        program("roost-leases", uses: ["Leases", "LinuxSystem"]),
        program("roost-generate", uses: []),
        // Plain C: without Swift's start-up objects it is small, and starts in a fraction of a guest's start.
        .executableTarget(name: "roost-launch", linkerSettings: [.unsafeFlags(["-nostartfiles"])]),
        // Tests. What they share is of their kind too, since it knows the test library.
        .testTarget(name: "PublishedData", path: "Tests/PublishedData", swiftSettings: settings),
        tests(of: "ByteText"),
        tests(of: "XDR"),
        tests(of: "XMLBinding"),
        tests(of: "JSON"),
        tests(of: "LinuxSystem", uses: ["PublishedData", "roost-launch"]),
        tests(of: "Virt"),
        tests(
            of: "RemoteProtocol", uses: ["PublishedData", "JSON", "XDR", "Virt"], data: ["Vectors"]),
        tests(of: "VirtXML", uses: ["PublishedData", "XMLBinding", "CLibXML2", "Virt"]),
        tests(of: "Transport", uses: ["LinuxSystem", "RemoteProtocol", "XDR"]),
        tests(of: "QMP", uses: ["JSON", "LinuxSystem"]),
        tests(of: "Processors", uses: ["PublishedData", "JSON", "VirtXML", "XMLBinding"]),
        .target(
            name: "DriverConformance", dependencies: ["Virt", "VirtDriver"], path: "Tests/DriverConformance",
            swiftSettings: settings),
        tests(of: "DriverKit", uses: ["ByteText", "Virt", "VirtDriver", "VirtXML", "LinuxSystem"]),
        tests(
            of: "HostKit",
            uses: [
                "JSON", "LinuxSystem", "PublishedData", "Virt", "VirtDriver", "VirtXML", "roost-launch", log,
            ]),
        tests(of: "TestDriver", uses: ["DriverConformance", "Virt", "VirtDriver"]),
        .testTarget(
            name: "QEMUCorpus", dependencies: ["PublishedData", "QEMUModel", "JSON"],
            path: "Tests/QEMUCorpus", swiftSettings: settings),
        tests(
            of: "QEMUModel",
            uses: [
                "ByteText", "PublishedData", "QEMUCorpus", "Processors", "VirtXML", "XMLBinding", "Virt",
                "JSON",
                "Explanation",
            ]),
        tests(
            of: "QEMUDriver",
            uses: [
                "ByteText", "DriverConformance", "DriverKit", "HostKit", "Processors", "QEMUModel",
                "PublishedData",
                "QEMUCorpus", "VirtDriver",
                "VirtXML", "XMLBinding", "CLibXML2", "Virt", "JSON", "LinuxSystem", "Explanation", log,
            ]),
        tests(of: "Sealing", uses: ["LinuxSystem"]),
        tests(
            of: "SecretDriver",
            uses: [
                "ByteText", "DriverConformance", "DriverKit", "Sealing", "Virt", "VirtDriver", "LinuxSystem",
                log,
            ]),
        tests(
            of: "NetworkDriver",
            uses: [
                "ByteText", "DriverConformance", "DriverKit", "JSON", "LinuxSystem", "PublishedData", "Virt",
                "VirtDriver", "VirtXML", "XMLBinding", log,
            ]),
        tests(
            of: "NWFilterDriver",
            uses: [
                "ByteText", "DriverKit", "LinuxSystem", "PublishedData", "Virt", "VirtDriver", "VirtXML",
                "XMLBinding", log,
            ]),
        tests(
            of: "NodeDeviceDriver",
            uses: [
                "ByteText", "DriverKit", "JSON", "LinuxSystem", "PublishedData", "Virt", "VirtDriver",
                "VirtXML", "XMLBinding", log,
            ]),
        tests(
            of: "InterfaceDriver",
            uses: [
                "ByteText", "DriverKit", "LinuxSystem", "PublishedData", "Virt", "VirtDriver", "VirtXML", log,
            ]),
        tests(
            of: "StorageDriver",
            uses: [
                "ByteText", "DriverConformance", "DriverKit", "HostKit", "JSON", "LinuxSystem",
                "PublishedData", "Virt", "VirtDriver", "VirtXML", "XMLBinding", "roost-launch", log,
            ]),
        tests(of: "Roost", uses: ["TestDriver", "Virt", "VirtDriver"]),
        tests(
            of: "Daemon",
            uses: [
                "DriverConformance", "DriverKit", "Roost", "SecretDriver", "TestDriver", "Virt", "VirtDriver",
                "RemoteProtocol",
                "Transport", "XDR",
                "LinuxSystem", log,
            ]),
        tests(of: "Shell", uses: ["PublishedData", "LinuxSystem", "Explanation"]),
        tests(of: "Explanation"),
    ],
    swiftLanguageModes: [.v6]
)

// The fuzzer is built by itself (`make fuzz`): it shares files with tests, which no two targets of a package may.
if Context.environment["ROOST_FUZZ"] != nil {
    package.targets.removeAll { $0.type == .test }
    package.targets.append(
        .executableTarget(
            name: "roost-fuzz",
            dependencies: [
                "Virt", "XDR", "RemoteProtocol", "XMLBinding", "VirtXML", "JSON", "QMP", "ByteText",
                "DriverKit", "HostKit", "QEMUModel", "QEMUDriver", "VirtDriver",
            ],
            path: "Tests",
            sources: [
                "Fuzz/Targets", "VirtXMLTests/RoundTrip/DocumentKind.swift",
                "RemoteProtocolTests/MessageCodec.swift", "RemoteProtocolTests/Generated/Codecs.swift",
                "QEMUDriverTests/Smuggling/NameReaders.swift",
            ], swiftSettings: settings))
}
