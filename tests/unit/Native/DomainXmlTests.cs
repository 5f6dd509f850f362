using VirtMigration.Inventory;
using VirtMigration.Native.Xml;
using VirtMigration.Options;
using VirtMigration.Units;
using Xunit;

namespace VirtMigration.UnitTests.Native;

public sealed class DomainXmlTests
{
    [Fact]
    public void A_full_definition_is_read()
    {
        VmDefinition definition = DomainXml.Read("""
            <domain type='kvm' id='3'>
              <name>db1</name>
              <uuid>a551268b-4d52-4139-9456-3278b632fa29</uuid>
              <maxMemory slots='16' unit='KiB'>134217728</maxMemory>
              <memory unit='KiB'>67108864</memory>
              <currentMemory unit='KiB'>33554432</currentMemory>
              <memtune><hard_limit unit='KiB'>68157440</hard_limit></memtune>
              <memoryBacking><hugepages/></memoryBacking>
              <vcpu placement='static' current='4'>8</vcpu>
              <cputune><emulatorpin cpuset='0-3,^2'/></cputune>
              <os><type arch='x86_64' machine='pc-q35-7.2'>hvm</type></os>
            </domain>
            """);
        Assert.Equal(new Guid("a551268b-4d52-4139-9456-3278b632fa29"), definition.Uuid);
        Assert.Equal("x86_64", definition.Architecture);
        Assert.Equal("pc-q35-7.2", definition.MachineType);
        Assert.Equal(4, definition.OnlineVCpus);
        Assert.Equal(ByteSize.FromMebibytes(131072), definition.Memory);
        Assert.Equal(ByteSize.FromMebibytes(65536), definition.PresentMemory);
        Assert.Equal(ByteSize.FromMebibytes(66560), definition.MemoryHardLimit);
        Assert.Equal([0, 1, 3], definition.EmulatorPin);
        Assert.True(definition.HugePages);
    }

    [Fact]
    public void What_is_not_stated_is_not_limited()
    {
        VmDefinition definition = DomainXml.Read("""
            <domain><uuid>a551268b-4d52-4139-9456-3278b632fa29</uuid><memory>1024</memory><vcpu>2</vcpu></domain>
            """);
        Assert.Equal(2, definition.OnlineVCpus);
        Assert.Equal(ByteSize.FromMebibytes(1), definition.Memory);
        Assert.Null(definition.MemoryHardLimit);
        Assert.Null(definition.EmulatorPin);
        Assert.False(definition.HugePages);
    }

    [Fact]
    public void What_the_VM_states_for_its_migrations_is_among_its_metadata()
    {
        VmDefinition definition = DomainXml.Read("""
            <domain>
              <uuid>a551268b-4d52-4139-9456-3278b632fa29</uuid><memory>1024</memory>
              <metadata>
                <their:options xmlns:their="https://example.org/options/1" version="1" policy="Theirs"/>
                <ours:options xmlns:ours="https://virtmigration.github.io/xmlns/options/1" version="1" policy="VeryLarge"/>
                <vm-migration:intent xmlns:vm-migration="https://virtmigration.github.io/xmlns/intent/1" policy="Other"/>
              </metadata>
            </domain>
            """);
        Assert.Equal(new VmMigrationOptions { Policy = "VeryLarge" }, definition.Options);
    }

    [Theory]
    [InlineData("")]
    [InlineData("<metadata/>")]
    [InlineData("<metadata><options version='1' policy='p'/></metadata>")]
    [InlineData("<metadata><a:options xmlns:a='https://virtmigration.github.io/xmlns/options/2' version='1' policy='p'/></metadata>")]
    public void Without_an_element_of_ours_the_VM_states_nothing(string metadata) => Assert.Equal(
        VmMigrationOptions.Empty,
        DomainXml.Read($"<domain><uuid>a551268b-4d52-4139-9456-3278b632fa29</uuid><memory>1</memory>{metadata}</domain>").Options);

    [Fact]
    public void Options_that_cannot_be_understood_are_no_reason_to_refuse_the_definition()
    {
        VmDefinition definition = DomainXml.Read("""
            <domain>
              <uuid>a551268b-4d52-4139-9456-3278b632fa29</uuid><memory>1024</memory>
              <metadata><o:options xmlns:o="https://virtmigration.github.io/xmlns/options/1" version="1" encryption="perhaps"/></metadata>
            </domain>
            """);
        Assert.Contains("perhaps", definition.Options.Problem, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("1024", null, 1048576L)]
    [InlineData("1", "b", 1L)]
    [InlineData("1", "bytes", 1L)]
    [InlineData("1", "KB", 1000L)]
    [InlineData("1", "k", 1024L)]
    [InlineData("1", "MiB", 1048576L)]
    [InlineData("1", "MB", 1000000L)]
    [InlineData("2", "G", 2147483648L)]
    [InlineData("1", "TiB", 1099511627776L)]
    public void Memory_has_a_unit(string number, string? unit, long bytes) => Assert.Equal(
        new ByteSize(bytes),
        ScaledMemory.Read(new("memory", unit is null ? null : new System.Xml.Linq.XAttribute("unit", unit), number)));

    [Theory]
    [InlineData("9007199254740991", "KiB")]
    [InlineData("9007199254740988", "MiB")]
    public void Libvirts_unlimited_is_no_limit(string number, string unit) =>
        Assert.Null(ScaledMemory.Read(new("hard_limit", new System.Xml.Linq.XAttribute("unit", unit), number)));

    [Theory]
    [InlineData("<domain><uuid>a551268b-4d52-4139-9456-3278b632fa29</uuid><memory unit='furlong'>1</memory></domain>")]
    [InlineData("<domain><uuid>a551268b-4d52-4139-9456-3278b632fa29</uuid></domain>")]
    [InlineData("<domain><uuid>1</uuid><memory>1</memory></domain>")]
    [InlineData("<domain>")]
    public void What_is_not_a_definition_is_refused(string text) => Assert.Throws<FormatException>(() => DomainXml.Read(text));

    [Fact]
    public void A_document_type_is_refused()
    {
        FormatException error = Assert.Throws<FormatException>(() => DomainXml.Read("""
            <!DOCTYPE domain [<!ENTITY secret SYSTEM "file:///etc/shadow">]>
            <domain><name>&secret;</name></domain>
            """));
        Assert.Contains("DTD", error.Message, StringComparison.Ordinal);
    }
}
