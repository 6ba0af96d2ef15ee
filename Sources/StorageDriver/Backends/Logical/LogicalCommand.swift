import HostKit
import VirtXML

/// What LVM's programs are told: values, so that they can be compared.
enum LogicalCommand {
    static func scan() -> ProgramTask { ProgramTask("vgscan", []) }
    static func devices() -> ProgramTask { ProgramTask("pvs", ["--noheadings", "-o", "pv_name,vg_name"]) }

    /// Has the volumes of a group there, or not.
    static func activate(_ group: String, _ isActive: Bool) -> ProgramTask {
        ProgramTask("vgchange", [isActive ? "-aly" : "-aln", group])
    }

    private static let report = ["--noheadings", "--units", "b", "--unbuffered", "--nosuffix", "--options"]

    static func volumes(of group: String) -> ProgramTask {
        let columns = "lv_name,origin,uuid,devices,segtype,stripes,seg_size,vg_extent_size,size,lv_attr"
        return ProgramTask("lvs", ["--separator", "#"] + report + [columns, group])
    }

    static func room(of group: String) -> ProgramTask {
        ProgramTask("vgs", ["--separator", ":"] + report + ["vg_size,vg_free", group])
    }

    // MARK: Groups

    static func takeDevice(_ device: String) -> ProgramTask { ProgramTask("pvcreate", [device]) }
    static func giveBackDevice(_ device: String) -> ProgramTask { ProgramTask("pvremove", [device]) }

    static func makeGroup(_ name: String, on devices: [String]) -> ProgramTask {
        ProgramTask("vgcreate", [name] + devices)
    }

    static func removeGroup(_ name: String) -> ProgramTask { ProgramTask("vgremove", ["-f", name]) }

    // MARK: Volumes

    /// Makes a volume: one that takes less room than it is large is a snapshot of nothing.
    ///
    /// - Parameter tag: marks a volume that is yet to be filled.
    static func make(_ volume: StorageVolumeDefinition, in group: String, tag: String?) -> ProgramTask {
        let (capacity, allocation) = (volume.capacity ?? .zero, volume.allocation ?? .zero)
        let isSparse = allocation < capacity
        var size = (isSparse ? allocation : capacity).kibibytes
        // The header of LUKS lies before what the volume holds.
        if volume.target.encryption != nil { size &+= 2048 }
        var words = ["--name", volume.name, "-L", "\(size)K"]
        if isSparse { words += ["--type", "snapshot", "--virtualsize", "\(capacity.kibibytes)K"] }
        if let below = volume.backingStore?.path { words += ["-s", below] } else { words.append(group) }
        if let tag { words += ["--addtag", tag] }
        return ProgramTask("lvcreate", words + ["--yes"])
    }

    /// A tag stands for the volumes that have it.
    static func removeTag(_ tag: String) -> ProgramTask {
        ProgramTask("lvchange", ["--deltag", tag, "@\(tag)"])
    }

    static func remove(_ path: String) -> ProgramTask { ProgramTask("lvremove", ["-f", path]) }

    static func remove(tagged tag: String) -> ProgramTask { ProgramTask("lvremove", ["-f", "@\(tag)"]) }
}
