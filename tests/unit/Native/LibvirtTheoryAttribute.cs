using Xunit;

namespace VirtMigration.UnitTests.Native;

/// <summary>The same as <see cref="LibvirtFactAttribute"/>, for a test with data.</summary>
[AttributeUsage(AttributeTargets.Method)]
internal sealed class LibvirtTheoryAttribute : TheoryAttribute
{
    public LibvirtTheoryAttribute() => Skip = new LibvirtFactAttribute().Skip;
}
