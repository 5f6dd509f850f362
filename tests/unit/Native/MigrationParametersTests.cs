using System.Runtime.InteropServices;
using System.Text;
using VirtMigration.Native.Domains;
using VirtMigration.Native.Handles;
using VirtMigration.Native.Interop;
using VirtMigration.Options;
using VirtMigration.Planning;
using VirtMigration.Units;
using Xunit;

namespace VirtMigration.UnitTests.Native;

/// <summary>Names and types are libvirt's (libvirt-domain.h): it refuses a name it does not know with code 74, a wrong type and the
/// tuning of what is not switched on with code 8.</summary>
public sealed class MigrationParametersTests
{
    private static readonly TransferSettings s_plain = new()
    {
        Techniques = MigrationTechniques.Live,
        DestinationUri = "qemu+tcp://h2/system",
        Bandwidth = Bandwidth.FromMebibytesPerSecond(100),
    };

    [LibvirtTheory]
    [InlineData(1_000_000_000, 119)]
    [InlineData(8 * 1024 * 1024, 1)]
    [InlineData(16 * 1024 * 1024 - 1, 1)]
    [InlineData(1_000_000, 1)]
    [InlineData(0, 1)]
    public void The_switchover_bandwidth_is_in_whole_mebibytes_rounded_down_but_at_least_one(long bits, ulong mebibytes) => Assert.Equal(
        [$"bandwidth.avail.switchover UInt64 {mebibytes}"],
        Built(s_plain with { SwitchoverBandwidth = Bandwidth.FromBitsPerSecond(bits) }));

    [LibvirtFact]
    public void The_bandwidth_of_post_copy_is_in_whole_mebibytes() => Assert.Equal(
        ["bandwidth.postcopy UInt64 119"],
        Built(s_plain with { PostCopyBandwidth = Bandwidth.FromBitsPerSecond(1_000_000_000) }));

    [LibvirtFact]
    public void Without_a_technique_its_tuning_is_not_sent() => Assert.Empty(Built(s_plain with
    {
        Compression = CompressionMethod.Xbzrle,
        XbzrleCache = ByteSize.FromMebibytes(64),
        AutoConvergeInitial = 20,
        AutoConvergeIncrement = 10,
        TlsDestination = "h2.example.org",
    }));

    [LibvirtTheory]
    [InlineData(CompressionMethod.Xbzrle, "xbzrle")]
    [InlineData(CompressionMethod.MultiThread, "mt")]
    [InlineData(CompressionMethod.Zlib, "zlib")]
    [InlineData(CompressionMethod.Zstd, "zstd")]
    public void A_compression_has_libvirts_name(CompressionMethod method, string name) => Assert.Equal(
        [$"compression Text {name}"],
        Built(With(MigrationTechniques.Compressed) with { Compression = method }));

    [LibvirtFact]
    public void The_cache_of_xbzrle_is_in_bytes() => Assert.Equal(
        ["compression Text xbzrle", "compression.xbzrle.cache UInt64 8589934592"],
        Built(With(MigrationTechniques.Compressed) with
        {
            Compression = CompressionMethod.Xbzrle,
            XbzrleCache = ByteSize.FromMebibytes(8192),
        }));

    [LibvirtTheory]
    [InlineData(CompressionMethod.MultiThread)]
    [InlineData(CompressionMethod.Zlib)]
    [InlineData(CompressionMethod.Zstd)]
    public void Only_xbzrle_has_a_cache(CompressionMethod method) => Assert.Single(Built(With(MigrationTechniques.Compressed) with
    {
        Compression = method,
        XbzrleCache = ByteSize.FromMebibytes(64),
    }));

    [LibvirtFact]
    public void No_method_is_not_named() =>
        Assert.Empty(Built(With(MigrationTechniques.Compressed) with { XbzrleCache = new ByteSize(4096) }));

    [LibvirtFact]
    public void The_steps_of_auto_converge_are_in_percent() => Assert.Equal(
        ["auto_converge.initial Int32 99", "auto_converge.increment Int32 1"],
        Built(With(MigrationTechniques.AutoConverge) with { AutoConvergeInitial = 99, AutoConvergeIncrement = 1 }));

    [LibvirtFact]
    public void One_step_of_auto_converge_goes_alone()
    {
        TransferSettings settings = With(MigrationTechniques.AutoConverge);
        Assert.Empty(Built(settings));
        Assert.Equal(["auto_converge.initial Int32 70"], Built(settings with { AutoConvergeInitial = 70 }));
        Assert.Equal(["auto_converge.increment Int32 30"], Built(settings with { AutoConvergeIncrement = 30 }));
    }

    [LibvirtFact]
    public void The_name_in_the_certificate_is_sent_with_TLS()
    {
        TransferSettings settings = With(MigrationTechniques.Tls);
        Assert.Empty(Built(settings));
        Assert.Equal(["tls.destination Text h2.example.org"], Built(settings with { TlsDestination = "h2.example.org" }));
    }

    [LibvirtFact]
    public void Other_definitions_on_the_destination_are_sent_as_they_are()
    {
        Assert.Equal(["destination_xml Text <domain id='1'/>"], Built(s_plain, new("<domain id='1'/>", null)));
        Assert.Equal(
            ["destination_xml Text <domain id='1'/>", "persistent_xml Text <domain>é</domain>"],
            Built(s_plain, new("<domain id='1'/>", "<domain>é</domain>")));
    }

    private static TransferSettings With(MigrationTechniques technique) =>
        s_plain with { Techniques = MigrationTechniques.Live | technique };

    // What is sent beside the bandwidth, which always is.
    private static List<string> Built(TransferSettings settings, DestinationXml? xml = null)
    {
        using TypedParameters parameters = MigrationParameters.Build(settings, xml);
        List<string> texts = [];
        foreach (ref readonly VirTypedParameter entry in parameters.Entries)
        {
            ReadOnlySpan<byte> name = entry.Name;
            string value = entry.Type == TypedParameterType.Text ? Marshal.PtrToStringUTF8(entry.Text)! : $"{entry.ToInt64()}";
            texts.Add($"{Encoding.UTF8.GetString(name[..name.IndexOf((byte)0)])} {entry.Type} {value}");
        }

        Assert.Equal("bandwidth UInt64 100", texts[0]);
        return texts[1..];
    }
}
