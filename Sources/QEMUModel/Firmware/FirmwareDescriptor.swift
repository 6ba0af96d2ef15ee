import JSON

/// One of QEMU's firmware descriptors (`docs/interop/firmware.json`): a firmware image, what it is for and
/// what it can do.
package struct FirmwareDescriptor: Sendable, Equatable {
    /// Where the image and the guest's variables stand.
    package enum Mapping: Sendable, Equatable {
        /// In two flash devices: code, and variables made from a template.
        case split(code: Image, template: Image)
        /// Code and variables in one flash device.
        case combined(Image)
        /// Code in flash, variables in no device.
        case stateless(Image)
        /// Loaded into memory.
        case memory(path: String)
        /// Loaded as a kernel.
        case kernel(path: String)
    }

    /// A file, and the format in which QEMU reads it.
    package struct Image: Sendable, Equatable {
        package var path: String
        package var format: String
    }

    /// What the firmware runs on: QEMU's architecture, and patterns of machine types.
    package struct Target: Sendable, Equatable {
        package var architecture: String
        package var machines: [String]
    }

    /// The file that it comes from.
    package var path: String
    /// `bios`, `uefi`, `openfirmware`, …
    package var interfaces: [String]
    package var mapping: Mapping
    package var targets: [Target]
    /// `secure-boot`, `requires-smm`, `enrolled-keys`, …
    package var features: Set<String>

    /// A descriptor as it stands in the file `path`; nil if it lacks something or isn't understood.
    package init?(path: String, _ document: JSONValue) {
        guard let mapping = Mapping(document["mapping"]),
            let interfaces = document["interface-types"]?.array?.compactMap(\.string), !interfaces.isEmpty,
            let targets = document["targets"]?.array?.compactMap(Target.init), !targets.isEmpty
        else { return nil }
        self.path = path
        self.interfaces = interfaces
        self.mapping = mapping
        self.targets = targets
        features = Set(document["features"]?.array?.compactMap(\.string) ?? [])
    }

    /// Whether it runs on a machine: QEMU's architecture, and the machine's full name.
    package func runs(on architecture: String, machine: String) -> Bool {
        targets.contains { target in
            target.architecture == architecture
                && target.machines.contains { FilePattern($0).matches(machine) }
        }
    }
}

extension FirmwareDescriptor.Mapping {
    init?(_ value: JSONValue?) {
        switch value?["device"]?.string {
        case "flash": self.init(flash: value)
        case "memory":
            guard let path = value?["filename"]?.string else { return nil }
            self = .memory(path: path)
        case "kernel":
            guard let path = value?["filename"]?.string else { return nil }
            self = .kernel(path: path)
        default: return nil
        }
    }

    private init?(flash value: JSONValue?) {
        guard let code = FirmwareDescriptor.Image(value?["executable"]) else { return nil }
        switch value?["mode"]?.string ?? "split" {
        case "split":
            guard let template = FirmwareDescriptor.Image(value?["nvram-template"]) else { return nil }
            self = .split(code: code, template: template)
        case "combined": self = .combined(code)
        case "stateless": self = .stateless(code)
        default: return nil
        }
    }

    /// The image of the code.
    package var code: FirmwareDescriptor.Image {
        switch self {
        case .split(let code, _), .combined(let code), .stateless(let code): code
        case .memory(let path), .kernel(let path): .init(path: path, format: "raw")
        }
    }
}

extension FirmwareDescriptor.Image {
    init?(_ value: JSONValue?) {
        guard let path = value?["filename"]?.string else { return nil }
        self.path = path
        format = value?["format"]?.string ?? "raw"
    }
}

extension FirmwareDescriptor.Target {
    package init?(_ value: JSONValue?) {
        guard let architecture = value?["architecture"]?.string else { return nil }
        self.architecture = architecture
        machines = value?["machines"]?.array?.compactMap(\.string) ?? []
    }
}
