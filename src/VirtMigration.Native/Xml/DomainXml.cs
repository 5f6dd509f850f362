using System.Xml.Linq;
using VirtMigration.Inventory;
using VirtMigration.Units;

namespace VirtMigration.Native.Xml;

/// <summary>Reads a domain's definition (formatdomain). What it holds of one kind is read in a file of its own.</summary>
internal static class DomainXml
{
    /// <summary>What the planner needs of a definition.</summary>
    /// <param name="text">The document.</param>
    /// <exception cref="FormatException">It is not one.</exception>
    public static VmDefinition Read(string text)
    {
        XElement domain = SafeXml.Read(text, "VM definition");
        XElement? os = domain.Element("os");
        XElement? devices = domain.Element("devices");
        IReadOnlyList<VirtualNumaCell> cells = NumaXml.Cells(domain);
        IReadOnlyList<HugePageUse> hugePages = HugePagesXml.Read(domain, cells);
        return new VmDefinition
        {
            Uuid = Guid.Parse(domain.Element("uuid")?.Value ?? string.Empty),
            Architecture = os?.Element("type").Text("arch") ?? string.Empty,
            MachineType = os?.Element("type").Text("machine") ?? string.Empty,
            OnlineVCpus = PinningXml.OnlineCount(domain),

            // With memory that can be plugged in, maxMemory is what it can grow to.
            Memory = ScaledMemory.Read(domain.Element("maxMemory")) ?? StartMemory(domain),
            PresentMemory = domain.Element("maxMemory") is null ? null : StartMemory(domain),
            EmulatorPin = PinningXml.Emulator(domain),
            MemoryHardLimit = ScaledMemory.Read(domain.Element("memtune")?.Element("hard_limit")),
            Options = VmOptionsXml.ReadFrom(domain.Element("metadata")),
            HugePages = hugePages.Count > 0,
            Cpu = GuestCpuXml.Read(domain),
            VCpuPins = PinningXml.VCpus(domain),
            IoThreadPins = PinningXml.IoThreads(domain),
            NumaBindings = NumaXml.Bindings(domain),
            VirtualCells = cells,
            HugePageUses = hugePages,
            Disks = DisksXml.Read(devices),
            Networks = NetworksXml.Read(devices),
            HostDevices = HostDevicesXml.Read(devices),
            TyingDevices = HostDevicesXml.Tying(devices),
            Channels = ChannelsXml.Read(devices),
            AgentChannel = ChannelsXml.HasAgent(devices),
            Tpm = devices?.Element("tpm") is not null,

            // One that is reached over the network is where it was, whichever host the VM runs on.
            Nvram = os?.Element("nvram") is { } nvram && nvram.Text("type") != "network",
            BlockJobs = DisksXml.BlockJobs(devices),
        };
    }

    /// <summary>What a VM takes of its host.</summary>
    /// <param name="text">The document.</param>
    /// <exception cref="FormatException">It is not one.</exception>
    public static DomainLoad ReadLoad(string text)
    {
        XElement domain = SafeXml.Read(text, "VM definition");
        return new(PinningXml.OnlineCount(domain), StartMemory(domain), PinningXml.VCpus(domain));
    }

    private static ByteSize StartMemory(XElement domain) =>
        ScaledMemory.Read(domain.Element("memory")) ?? throw new FormatException("The VM definition states no memory.");
}
